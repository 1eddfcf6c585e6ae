"""Sales orders: checked, written, changed and read by the rules that Sage Pro itself keeps."""
