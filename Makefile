PORT ?= 8080
MATRIX_PORT ?= 8008
TEAMS_PORT ?= 8009
DATA ?= chatops-data
REPLICAS ?= 2

.PHONY: demo demo-matrix demo-teams demo-cluster test faults check bench
demo: ; @scripts/demo --port "$(PORT)" --data "$(DATA)"
demo-matrix: ; @scripts/demo-matrix --port "$(PORT)" --matrix-port "$(MATRIX_PORT)" --data "$(DATA)"
demo-teams: ; @scripts/demo-teams --port "$(PORT)" --teams-port "$(TEAMS_PORT)"
demo-cluster: ; @scripts/demo-cluster --port "$(PORT)" --replicas "$(REPLICAS)" --data "$(DATA)"
test: ; @scripts/test
faults: ; @scripts/faults
check: ; @scripts/check
bench: ; @scripts/bench
