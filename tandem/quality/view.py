"""The pages of the Data Docs without the outside world.

The library's own pages load their style, icons, tables and logo from a dozen hosts: on a server without a way out the
list of validations stays empty, and elsewhere every reader is announced to strangers. These views put the templates in
`pages/` before the library's, and what is in the data is always escaped.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent / "pages"


@lru_cache(maxsize=1)
def _views() -> dict[str, type]:
    """The classes, made when Great Expectations asks for them by name, so that nobody else waits for the library."""
    from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
    from jinja2 import ChoiceLoader, FileSystemLoader

    def offline(base: type) -> type:
        def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807 - it becomes the constructor
            base.__init__(self, *arguments, **options)  # type: ignore[misc]
            self.env.loader = ChoiceLoader([FileSystemLoader(PAGES), self.env.loader])

        return type(f"Offline{base.__name__}", (base,), {"__init__": __init__, "__doc__": base.__doc__})

    return {"PageView": offline(DefaultJinjaPageView), "IndexPageView": offline(DefaultJinjaIndexPageView)}


def __getattr__(name: str) -> type:
    if name in ("PageView", "IndexPageView"):
        return _views()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def site(folder: str) -> dict[str, Any]:
    """The configuration of a site that is written to `folder` and seen through these views."""
    page = {"module_name": __name__, "class_name": "PageView"}
    sections = {
        name: {
            "class_name": "DefaultSiteSectionBuilder",
            "source_store_name": store,
            "renderer": {"class_name": renderer},
            "view": page,
        }
        for name, store, renderer in (
            ("expectations", "expectations_store", "ExpectationSuitePageRenderer"),
            ("validations", "validation_results_store", "ValidationResultsPageRenderer"),
        )
    }
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": folder},
        "site_index_builder": {
            "class_name": "DefaultSiteIndexBuilder",
            "view": {"module_name": __name__, "class_name": "IndexPageView"},
        },
        "site_section_builders": {**sections, "profiling": "none"},
    }
