"""The clouds Teams runs in, and their addresses.

Sources: Microsoft Learn, "Implement Bot Framework authentication"; for the national clouds "Configure bots in Azure
Government" and teams.py `microsoft_teams/api/auth/cloud_environment.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from chatops import Frozen


class Cloud(Frozen, frozen=True, kw_only=True):
    """Where things are. Addresses carry no slash at their end."""

    openid_metadata_url: str
    token_issuer: str
    authority: str
    connector_scope: str
    graph_url: str
    service_hosts: tuple[str, ...]
    file_hosts: tuple[str, ...] = ()
    """Where files lie that people attach: OneDrive and SharePoint."""

    @property
    def graph_scope(self) -> str:
        """What a token for Graph is asked for."""
        return f"{self.graph_url}/.default"


CLOUDS: Mapping[str, Cloud] = {
    "public": Cloud(
        openid_metadata_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
        token_issuer="https://api.botframework.com",  # noqa: S106 - an issuer's name
        authority="https://login.microsoftonline.com",
        connector_scope="https://api.botframework.com/.default",
        graph_url="https://graph.microsoft.com",
        service_hosts=("smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com", "*.botframework.com"),
        file_hosts=("*.sharepoint.com",),
    ),
    "gov": Cloud(
        openid_metadata_url="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
        token_issuer="https://api.botframework.us",  # noqa: S106 - an issuer's name
        authority="https://login.microsoftonline.us",
        connector_scope="https://api.botframework.us/.default",
        graph_url="https://graph.microsoft.us",
        service_hosts=(
            "smba.infra.gov.teams.microsoft.us",
            "smba.infra.dod.teams.microsoft.us",
            "*.botframework.azure.us",
        ),
        file_hosts=("*.sharepoint.us", "*.sharepoint-mil.us"),
    ),
    "china": Cloud(
        openid_metadata_url="https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
        token_issuer="https://api.botframework.azure.cn",  # noqa: S106 - an issuer's name
        authority="https://login.partner.microsoftonline.cn",
        connector_scope="https://api.botframework.azure.cn/.default",
        graph_url="https://microsoftgraph.chinacloudapi.cn",
        service_hosts=("*.botframework.azure.cn",),
        file_hosts=("*.sharepoint.cn",),
    ),
}
