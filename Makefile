PORT ?= 8080
MATRIX_PORT ?= 8008
DATA ?= chatops-data
REPLICAS ?= 2

.PHONY: demo demo-matrix demo-cluster test faults check bench
demo: ; @scripts/demo --port "$(PORT)" --data "$(DATA)"
demo-matrix: ; @scripts/demo-matrix --port "$(PORT)" --matrix-port "$(MATRIX_PORT)" --data "$(DATA)"
demo-cluster: ; @scripts/demo-cluster --port "$(PORT)" --replicas "$(REPLICAS)" --data "$(DATA)"
test: ; @scripts/test
faults: ; @scripts/faults
check: ; @scripts/check
bench: ; @scripts/bench
