"""The style of the drawing: light and dark colours, and the glyph of each kind of state.

Inside a page it follows the `dark` class of the page; as a file, the preference of the system.
"""

from django.utils.html import format_html

from conversations.machine.values import NodeKind

STYLE = """
.fg{--paper:#fff;--ink:#1f2430;--soft:#6b7280;--line:#9aa3b2;--edge:#d5dae3;--ask:#2563eb;--say:#0d9488;
--video:#7c3aed;--handoff:#be185d;--branch:#c2410c;--set:#0369a1;--wait:#4d7c0f;--call:#0e7490;--subflow:#4f46e5;--end:#475569;--warn:#b45309;--chip:#eef2f8;--here:#f59e0b;
font-family:PingFang SC,Microsoft YaHei,Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,Hiragino Sans GB,
WenQuanYi Micro Hei,system-ui,sans-serif}
.dark .fg{--paper:#171a21;--ink:#e6e9ef;--soft:#a2abba;--line:#6b7484;--edge:#363c48;--ask:#60a5fa;--say:#2dd4bf;
--video:#a78bfa;--handoff:#f472b6;--branch:#fb923c;--set:#38bdf8;--wait:#a3e635;--call:#22d3ee;--subflow:#818cf8;--end:#94a3b8;--warn:#fbbf24;
--chip:#262c37;--here:#fbbf24}
@media (prefers-color-scheme:dark){svg.fg:root{--paper:#171a21;--ink:#e6e9ef;--soft:#a2abba;--line:#6b7484;
--edge:#363c48;--ask:#60a5fa;--say:#2dd4bf;--video:#a78bfa;--handoff:#f472b6;--branch:#fb923c;--set:#38bdf8;
--wait:#a3e635;--call:#22d3ee;--subflow:#818cf8;--end:#94a3b8;--warn:#fbbf24;--chip:#262c37;--here:#fbbf24;
background:#0f1116}}
.fg text{fill:var(--ink)}.fg .soft{fill:var(--soft)}.fg .warn{fill:var(--warn)}
.fg .box{fill:var(--paper);stroke:var(--edge);stroke-width:1.25}.fg a:hover .box{stroke:var(--tone)}
.fg .state{--tone:var(--say)}.fg .ask{--tone:var(--ask)}.fg .video{--tone:var(--video)}
.fg .handoff{--tone:var(--handoff)}.fg .branch{--tone:var(--branch)}.fg .set{--tone:var(--set)}
.fg .wait{--tone:var(--wait)}.fg .call{--tone:var(--call)}.fg .subflow{--tone:var(--subflow)}.fg .end{--tone:var(--end)}
.fg .icon{fill:var(--tone)}.fg .glyph{fill:none;stroke:var(--paper);stroke-width:1.7;stroke-linecap:round;
stroke-linejoin:round}.fg .solid{fill:var(--paper);stroke:none}
.fg .here .box{stroke:var(--here);stroke-width:3}.fg .badge{fill:var(--here)}.fg .badge+text{fill:#1f2430}
.fg .chip{fill:var(--chip)}.fg .way{fill:none;stroke:var(--line);stroke-width:1.5}
.fg .dashed{stroke-dasharray:5 4;stroke:var(--warn)}.fg .tip{fill:var(--line)}.fg .tip-warn{fill:var(--warn)}
.fg .name{font-weight:600}.fg .mid{text-anchor:middle}
.fg .hit{fill:none;stroke:transparent;stroke-width:16}.fg .walked .way{stroke:var(--here);stroke-width:2.5}
.fg .walked .tip,.fg .walked .tip-warn{fill:var(--here)}.fg .walked .box{stroke:var(--here)}
.fg .fault circle{fill:var(--warn)}.fg .fault.error circle{fill:#dc2626}.fg .fault text{fill:#fff}
.fg .faulty .box{stroke:#dc2626}
.fg .added .box{stroke:#16a34a;stroke-width:3}.fg .added .way{stroke:#16a34a;stroke-width:2.5}
.fg .removed .box{stroke:#dc2626;stroke-width:2;stroke-dasharray:6 4}.fg .state.removed{opacity:.75}
.fg .removed .way{stroke:#dc2626;stroke-dasharray:5 4}.fg .changed .box{stroke:#d97706;stroke-width:3}
.fg .added .tip,.fg .added .tip-warn{fill:#16a34a}.fg .removed .tip,.fg .removed .tip-warn{fill:#dc2626}
.fg .covered .box{stroke:#16a34a;stroke-width:2}.fg .covered .way{stroke:#16a34a;stroke-width:2;stroke-dasharray:none}
.fg .covered .tip,.fg .covered .tip-warn{fill:#16a34a}.fg .uncovered .box{stroke-dasharray:6 4;stroke:var(--line)}
.fg .uncovered .way{stroke:var(--line);stroke-dasharray:5 4}.fg .uncovered .tip-warn{fill:var(--line)}
.fg .dot-here{fill:#f59e0b}.fg .dot-entered{fill:#2563eb}.fg .dot-gave_up{fill:#dc2626}
.fg .number a:hover .chip{stroke:var(--tone,#2563eb)}
.fg .ground{fill:var(--paper);opacity:.94}.fg .dot{fill:var(--ink)}
"""
GLYPHS = {
    NodeKind.ASK: format_html(
        '<path class="{}" d="M9 9.6a3 3 0 1 1 4.4 2.6c-.9.5-1.4 1-1.4 1.9"/>'
        '<circle class="solid" cx="12" cy="17.2" r="1.2"/>',
        "glyph",
    ),
    NodeKind.SAY: format_html('<path class="{}" d="M7 8.5h10M7 12h10M7 15.5h6"/>', "glyph"),
    NodeKind.VIDEO: format_html('<path class="{}" d="M9.5 7.6v8.8l7.2-4.4z"/>', "solid"),
    NodeKind.HANDOFF: format_html(
        '<circle class="{}" cx="12" cy="9.4" r="2.7"/><path class="glyph" d="M6.8 17.4a5.3 5.3 0 0 1 10.4 0"/>', "glyph"
    ),
    NodeKind.BRANCH: format_html('<path class="{}" d="M12 6.5v4.2M12 10.7l-5 6M12 10.7l5 6"/>', "glyph"),
    NodeKind.SET: format_html('<path class="{}" d="M7 10h10M7 14h10"/>', "glyph"),
    NodeKind.WAIT: format_html(
        '<circle class="{}" cx="12" cy="12" r="5.6"/><path class="glyph" d="M12 9v3l2.2 1.6"/>', "glyph"
    ),
    NodeKind.CALL: format_html(
        '<path class="{}" d="M7 9.5h9M13.2 6.7l2.8 2.8-2.8 2.8M17 14.5H8M10.8 11.7L8 14.5l2.8 2.8"/>', "glyph"
    ),
    NodeKind.SUBFLOW: format_html('<path class="{}" d="M7 7.5h6.5v5H7zM10.5 16.5h6.5v-5M10.5 16.5v-4"/>', "glyph"),
    NodeKind.END: format_html('<path class="{}" d="M7.5 12.3l3.2 3.2 6-6.6"/>', "glyph"),
}
