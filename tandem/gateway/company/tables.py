"""SQLAlchemy tables at one site's names and widths: `tables.somast.c.defloc` renders whatever that site calls it."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

from sqlalchemy import Column, Index, Label, MetaData, Table

from tandem.gateway.company.layout import Layout, TableLayout
from tandem.gateway.company.spec import Kind


def blank_text(kind: Kind, scale: int) -> str:
    """The blank value of a column as a literal that every database takes; an empty date becomes its blank date."""
    if kind in (Kind.EXACT, Kind.MONEY):
        return f"{0:.{scale}f}"
    return "0" if kind in (Kind.WHOLE, Kind.FLAG) else ""


class Tables:
    """All tables of one company; each is an attribute, its columns go by their logical names.

    A table that the site lacks is there at its standard shape: ask `has` first. A column that the site lacks is not.
    """

    arcust: Table
    arcadr: Table
    armast: Table
    artran: Table
    arcash: Table
    ardist: Table
    arglac: Table
    arymst: Table
    arytrn: Table
    arycsh: Table
    somast: Table
    sotran: Table
    soaddr: Table
    soship: Table
    soymst: Table
    soytrn: Table
    soyadr: Table
    soyshp: Table
    icitem: Table
    iciloc: Table
    iciqty: Table
    icloct: Table
    ictran: Table
    iccost: Table
    sysdata: Table
    sosysd: Table
    icsysd: Table
    arsysd: Table
    syccomp: Table
    sycrlst: Table
    sycdfis: Table
    glacnt: Table
    glbtch: Table
    glhunp: Table
    gldunp: Table
    tdorder: Table
    tdline: Table
    tdaddr: Table
    tdcust: Table
    tdprof: Table
    tdidem: Table
    tdhist: Table
    tdstock: Table
    tdstage: Table
    tdprice: Table
    tdstate: Table
    tdinv: Table
    tdinvl: Table
    tddist: Table
    tdrcpt: Table
    tdappl: Table
    tdjrnl: Table

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.metadata = MetaData()
        self._building = Lock()

    def __getattr__(self, name: str) -> Table:
        """A table is built when it is first asked for: most work touches few of them."""
        shape = self.__dict__["layout"].tables.get(name)
        if shape is None:
            raise AttributeError(name)
        with self._building:
            if name not in self.__dict__:
                schema = self.layout.system_schema if shape.spec.system else None
                self.__dict__[name] = _table(shape, self.metadata, schema)
        built: Table = self.__dict__[name]
        return built

    def every(self) -> list[Table]:
        """All of them, built."""
        return [getattr(self, name) for name in self.layout.tables]

    def has(self, name: str) -> bool:
        """Whether this site has the table."""
        return self.layout.has(name)


def _table(shape: TableLayout, metadata: MetaData, schema: str | None) -> Table:
    made = Table(
        shape.physical,
        metadata,
        *(
            Column(
                column.physical,
                column.spec.type(),
                key=name,
                nullable=False,
                server_default=blank_text(column.kind, column.scale),
            )
            for name, column in shape.columns.items()
        ),
        schema=schema,
        info={"name": shape.spec.name, "layout": shape},
    )
    for number, (columns, unique) in enumerate(_indexes(shape)):
        Index(f"td{shape.spec.name}_{number}", *(made.c[name] for name in columns), unique=unique)
    return made


def _indexes(shape: TableLayout) -> Iterable[tuple[tuple[str, ...], bool]]:
    wanted = [(names, True) for names in shape.spec.unique] + [(names, False) for names in shape.spec.indexes]
    return [(names, unique) for names, unique in wanted if shape.columns.keys() >= set(names)]


def shape_of(table: Table) -> TableLayout:
    """The layout that a table was built from."""
    shape: TableLayout = table.info["layout"]
    return shape


def labelled(table: Table, names: str | None = None) -> list[Label[object]]:
    """The named columns (all of the catalogue's if none are named) that the site has, under their logical names.

    Columns of the site's own are never among them unless named: they may hold what nobody may see.
    """
    shape = shape_of(table)
    wanted = names.split() if names is not None else [spec.name for spec in shape.spec]
    return [table.c[name].label(name) for name in wanted if name in shape.columns]
