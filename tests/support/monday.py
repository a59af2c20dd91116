"""The company of the support engineer's Monday: Olga, her colleagues, a customer in trouble."""

from __future__ import annotations

from pathlib import Path

from chatops.ports.roster import Pod
from chatops.ports.tickets import Priority, Ref
from whole_house import Resident, WholeHouse

TEMPLATES = """
[[templates]]
name = "refund"
title = "The money is on its way back"
reply = true
tags = ["refund", "charged"]
fields = { amount = "number", until = "date" }
[templates.text]
en = "Dear {customer}, we pay back {amount} by {until}. {agent}"
de = "Guten Tag {customer}, wir erstatten {amount} bis {until}. {agent}"
"""

COLLEAGUES = (
    Resident("olga", "agent", pods=("emea",), languages=("de", "en")),
    Resident("max", "agent", pods=("emea",)),
    Resident("anna", "expert", skills={"billing": 5}, languages=("de", "en"), pods=("emea",)),
    Resident("ben", "expert", skills={"billing": 4}, languages=("en",)),
    Resident("kim", "agent", interests=("billing",)),
    Resident("lea", "pod_lead", pods=("emea",)),
)
EMEA = Pod(id="emea", name="EMEA", lead="lea", members=("lea", "olga", "max", "anna"), zone="Europe/Berlin")


class Monday(WholeHouse):
    """Half past eight. Olga has two cases of ACME; a third waits for anybody; an article knows about refunds."""

    def __init__(self, language: str, folder: Path) -> None:
        templates = folder / "templates.toml"
        templates.write_text(TEMPLATES)
        super().__init__(language, COLLEAGUES, (EMEA,), folder=folder, told={"cases": {"templates": templates}})
        self.acme = self.tickets.add_customer("acme", "ACME Ltd", segment="Key account", locale=language)
        self.ruth = self.tickets.add_person("ruth", "Ruth Calloway", side="customer")
        self.tickets.add_article("Refund loops when a lock stays", "Release the lock.", state="published")

    async def begin(self) -> Ref:
        """Put the cases in; return the one that will keep Olga busy."""
        trouble = "Since Sunday cards are charged twice, refund loops."
        charged = await self.case(
            "Card charged twice",
            owner="olga",
            customer=self.acme,
            requester=self.ruth,
            priority=Priority.HIGH,
            text=trouble,
        )
        await self.case("Wrong address on the invoice", owner="olga", customer=self.acme, requester=self.ruth)
        await self.case("Cannot log in", customer=self.acme, requester=self.ruth)
        return charged
