"""The operator's addresses. Importing this loads no server: the command line knocks with it."""

DO = "/api/operator/do"
VERIFY = "/api/operator/verify"
INVITE = "/api/operator/console-invite"
TOOLS = "/api/operator/tools"
TOOL = "/api/operator/tool"
DOCTOR = "/api/operator/doctor"
