"""Makes pages that are written for the repository fit to be read outside it."""
import os
import re

# A link out of docs/ leads to the repository where its address is known (GITHUB_REPOSITORY, as in a workflow), else it is text.
OUTSIDE = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<up>(?:\.\./)+)(?P<path>[^)#]*)(?P<anchor>#[^)]*)?\)")
ITEM = re.compile(r"\s*([-*]|\d+\.) ")


def on_page_markdown(markdown, page, config, files):
    depth = page.file.src_path.count("/")
    repository = os.environ.get("GITHUB_REPOSITORY")

    def outside(match):
        if match["up"].count("../") <= depth:
            return match[0]
        if not repository:
            return match["text"]
        return f"[{match['text']}](https://github.com/{repository}/blob/main/{match['path']}{match['anchor'] or ''})"

    return separated(OUTSIDE.sub(outside, markdown))


def separated(markdown):
    """A list may follow a line of text at once in the repository; here it begins after an empty line, and a list in a list is indented by four."""
    lines, fence, items = [], False, False
    for line in markdown.split("\n"):
        if line.startswith("```"):
            fence = not fence
        elif not fence:
            item = ITEM.match(line)
            if item and not items and lines and lines[-1].strip():
                lines.append("")
            items = bool(item) or (items and line.strip() != "")
            if items and line.startswith("  "):
                line = "  " + line if len(line) - len(line.lstrip()) < 4 else line
        lines.append(line)
    return "\n".join(lines)
