# make run    set up and open the window (without a display: the guided tour, as pictures)
# make test   set up and run every test

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check clean

run: $(READY)
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ] || [ "$$(uname)" = Darwin ]; then \
		$(BIN)/genstudio; \
	else \
		echo "There is no display, so the guided tour runs offscreen; its pictures go to $(CURDIR)/tour."; \
		QT_QPA_PLATFORM=offscreen $(BIN)/genstudio tour --offscreen --out tour; \
	fi

test: $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -q

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(READY): pyproject.toml setup.sh
	@./setup.sh "$(PYTHON)" "$(VENV)"
	@touch $@

clean:
	rm -rf $(VENV) tour
