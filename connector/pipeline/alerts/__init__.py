"""Tell people by mail what needs them and cannot wait: needs → follow → letters → tell, once a minute by the sweep."""
