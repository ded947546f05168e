/// How pages look: on a phone as on a screen, in light as in dark.
enum PageStyle {
    static let css = """
        :root{--bg:#fff;--fg:#1c2128;--soft:#59636e;--line:#d5dbe1;--card:#f5f7f9;--bar:#3d7ebd;--link:#1f63a3;--bad:#b93a0b;--warn:#8f4700;--good:#1a7f37}
        @media(prefers-color-scheme:dark){:root{--bg:#0f1318;--fg:#e4e9ee;--soft:#98a4b0;--line:#2d353e;--card:#171d24;--bar:#5fa4e6;--link:#79b4ee;--bad:#f08a4b;--warn:#e0b04c;--good:#4cc26d}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:76rem;padding:1rem clamp(.7rem,3vw,2rem) 4rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
        h1{font-size:1.35rem;margin:.6rem 0 .2rem;overflow-wrap:anywhere}
        h2{font-size:1.05rem;margin:2rem 0 .6rem;overflow-wrap:anywhere}
        p{margin:.3rem 0;overflow-wrap:anywhere}
        a{color:var(--link)}
        nav{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin:.8rem 0;font-size:.9rem}
        nav a{padding:.25rem 0;text-decoration:none}
        :focus-visible{outline:2px solid var(--link);outline-offset:1px}
        code,.name,td.n,pre{font-family:ui-monospace,monospace;font-size:.86em}
        code,.name{overflow-wrap:anywhere}
        .soft{color:var(--soft)}
        .good{color:var(--good)}
        .bad,.CRITICAL,.HIGH{color:var(--bad)}
        .CRITICAL,.HIGH{font-weight:600}
        .MEDIUM{color:var(--warn)}
        .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
        .facts li{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.55rem .75rem}
        .facts b{display:block;font-size:1.25rem;line-height:1.3}
        .facts span{color:var(--soft);font-size:.85rem}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:baseline}
        th{color:var(--soft);font-weight:500;white-space:nowrap}
        .n{text-align:right;white-space:nowrap}
        td.s,td.s code{white-space:nowrap;overflow-wrap:normal}
        .m{min-width:9rem}
        .bar{display:inline-flex;width:7rem;height:.6rem;background:var(--card);border:1px solid var(--line);border-radius:.2rem;overflow:hidden;vertical-align:middle}
        .bar i{background:var(--bar)}
        .bar b{background:var(--bad)}
        .cards{display:grid;gap:.7rem}
        .card{border:1px solid var(--line);border-left:.3rem solid var(--bad);border-radius:.4rem;padding:.6rem .8rem;background:var(--card)}
        .card h3{margin:0;font-size:1rem}
        details{margin-left:0}
        details details,.leaf{margin-left:1.1rem}
        summary{cursor:pointer;padding:.1rem 0}
        .rest>summary{padding:.4rem 0;color:var(--link)}
        .size{color:var(--soft);margin:0 .6rem 0 .1rem;white-space:nowrap}
        .leaf{padding-left:1rem}
        figure{margin:0}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));gap:1rem}
        .pair>*{min-width:0}
        figcaption{padding:.2rem 0;font-size:.88rem}
        .crumbs button{border:0;background:none;color:var(--link);font:inherit;padding:.25rem;cursor:pointer;overflow-wrap:anywhere;text-align:left}
        .area{position:relative;width:100%;height:min(62vh,34rem);background:var(--card);border:1px solid var(--line);overflow:hidden;touch-action:manipulation}
        .cell{position:absolute;overflow:hidden;border:1px solid var(--bg);font-size:.74rem;line-height:1.25;padding:1px 3px;color:#10151a;text-align:left;white-space:nowrap;text-overflow:ellipsis;cursor:default}
        .cell.in{cursor:zoom-in}
        .cell:hover,.cell:focus{outline:2px solid var(--fg);outline-offset:-2px;z-index:1}
        .cell.w{background-image:repeating-linear-gradient(45deg,#0000 0 5px,#0003 5px 8px)}
        .tip{min-height:1.5em;font-size:.85rem;color:var(--soft)}
        .source{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
        .lines td{padding:.05rem .6rem .05rem 0;border:0}
        .lines tr.has td{border-top:1px solid var(--line);background:var(--card)}
        .file{padding:.7rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card)}
        .steps{padding-left:1.2rem}
        .steps li{margin:.4rem 0}
        @media(max-width:42rem){
        .x{display:none}
        .bar{width:4rem}
        th,td{padding-right:.5rem}
        .card code,.facts b{font-size:.82rem}
        .facts b{font-size:1.1rem}
        }
        @media print{.map{display:none}body{max-width:none}}
        """
}
