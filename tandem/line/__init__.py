"""The stations of the line, free of any orchestrator: flows and tasks call them, so do dry runs and tests."""
