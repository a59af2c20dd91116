PORT ?= 8080
DATA ?= chatops-data

.PHONY: demo test faults check bench
demo: ; @scripts/demo --port "$(PORT)" --data "$(DATA)"
test: ; @scripts/test
faults: ; @scripts/faults
check: ; @scripts/check
bench: ; @scripts/bench
