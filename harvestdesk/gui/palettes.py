"""The palettes: light, dark and high contrast; the theme hands them out."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette. `<tone>` paints marks (contrast >= 3:1), `<tone>_text` writes words (>= 4.5:1)."""

    window: str
    surface: str
    stripe: str
    sidebar: str
    text: str
    muted_text: str
    hairline: str
    field_edge: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    selection_text: str
    focus: str
    loss: str
    loss_text: str
    gain: str
    gain_text: str
    locked: str
    locked_text: str
    permanent: str
    permanent_text: str
    warning: str
    warning_text: str
    warning_fill: str
    error: str
    error_text: str
    error_fill: str
    plan: str
    plan_text: str
    band: str
    is_dark: bool = False


LIGHT = Colours(
    window="#F6F6F4",
    surface="#FFFFFF",
    stripe="#FAFAF8",
    sidebar="#EEEEEB",
    text="#1C1E21",
    muted_text="#5B6067",
    hairline="#DADAD5",
    field_edge="#8B8F94",
    accent="#157064",
    accent_hover="#0F5A50",
    on_accent="#FFFFFF",
    selection="#D3E9E5",
    selection_text="#10211F",
    focus="#157064",
    loss="#2F6DB5",
    loss_text="#2A62A4",
    gain="#C7741A",
    gain_text="#96540B",
    locked="#7C8188",
    locked_text="#5B6067",
    permanent="#7A4FA3",
    permanent_text="#6E4496",
    warning="#B07A00",
    warning_text="#7A5300",
    warning_fill="#FDF3DA",
    error="#C0362C",
    error_text="#A92B22",
    error_fill="#FBE7E5",
    plan="#1D8A7A",
    plan_text="#157064",
    band="#DCE3E8",
)

DARK = Colours(
    window="#1B1D20",
    surface="#222529",
    stripe="#262A2E",
    sidebar="#17191B",
    text="#E8E9EA",
    muted_text="#A3A9B0",
    hairline="#3A3F45",
    field_edge="#7C838B",
    accent="#4DB8A7",
    accent_hover="#6BCABB",
    on_accent="#0B1F1C",
    selection="#24514A",
    selection_text="#F2FBF9",
    focus="#4DB8A7",
    loss="#5B97DC",
    loss_text="#7FB1EA",
    gain="#DE9340",
    gain_text="#EAA75B",
    locked="#8F959C",
    locked_text="#A9AFB6",
    permanent="#A97FD0",
    permanent_text="#BF9BE0",
    warning="#D9A223",
    warning_text="#E5B748",
    warning_fill="#3A3018",
    error="#E5695F",
    error_text="#F08A81",
    error_fill="#412321",
    plan="#3AA896",
    plan_text="#5CC4B3",
    band="#3A434B",
    is_dark=True,
)

CONTRAST = replace(
    LIGHT,
    window="#FFFFFF",
    stripe="#FFFFFF",
    sidebar="#FFFFFF",
    text="#000000",
    muted_text="#222222",
    hairline="#000000",
    field_edge="#000000",
    accent="#00473E",
    accent_hover="#000000",
    selection="#00473E",
    selection_text="#FFFFFF",
    focus="#0000C0",
    loss="#0B4A8F",
    loss_text="#0B4A8F",
    gain="#7A3E00",
    gain_text="#7A3E00",
    locked="#333333",
    locked_text="#333333",
    permanent="#4E2378",
    permanent_text="#4E2378",
    warning="#5C3D00",
    warning_text="#5C3D00",
    error="#8E130B",
    error_text="#8E130B",
    plan="#00473E",
    plan_text="#00473E",
    band="#D0D0D0",
)
