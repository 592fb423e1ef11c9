"""Finds answers that say who wrote them, and questions that ask for it: such battles stay out of the ranking.

Self-identification, not mention: "I am Qwen" and "as a model made by Meta, I …", but not "explain how Llama works" and
not "I am not ChatGPT". Names are the catalogue's own, English and Chinese, so both countries are looked for alike.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from arena.catalogue.models import CatalogueModel, Developer

# Words that may stand between "I am" and a name without making the sentence about something else.
FILLERS = (
    "a|an|the|just|only|simply|actually|indeed|really|also|currently|called|named|known|as|ai|artificial|intelligence|"
    "assistant|assistants|model|models|language|large|small|chat|chatbot|bot|virtual|helpful|friendly|powerful|advanced|"
    "open|source|open-source|open-weight|weight|weights|multilingual|multimodal|conversational|instruct|"
    "version|variant|member|part|of|from|by|and|based|on|one|my|name|is|family|series|new|latest|own|"
    "developed|created|trained|made|built|designed|released|provided|published|produced|fine-tuned|tuned|team|product|"
    "chinese|american|french|us-based|famous|well-known|so-called|brand-new|neural|network|"
    "researchers|company|companies|program|computer|system|technology|tool|llm|in"
)
MADE = "developed|created|trained|made|built|designed|released|produced|fine-tuned|engineered|programmed|published"
ZH_FILL = (
    "(?:一个|一款|一名|一种|由|来自|基于|大型|大规模|大|小型|语言|模型|人工智能|智能|助手|助理|聊天|机器人|"
    "对话|AI|ai|开源|开发|训练|研发|研制|创建|创造|推出|打造|发布|设计|名为|名叫|叫做|叫作|称为|叫|的|是|"
    '您的|你的|您|你|超大规模|公司|团队|旗下|自主|独立|就|[，,、：:“"《 ])'
)
ZH_MADE = "开发|训练|研发|研制|创建|创造|推出|打造|发布|设计|制造"
ASKS = (
    r"\bwho\s+(?:exactly\s+)?are\s+you\b",
    r"\bwhat(?:'s| is| are)?\s+your\s+(?:real\s+|actual\s+)?(?:name|developer|maker|creator|model name|identity)\b",
    r"\b(?:what|which)\s+(?:\w+\s+){0,3}(?:model|llm|ai|chatbot|assistant|version)\s+(?:are|is)\s+(?:you|this)\b",
    r"\b(?:what|which)\s+(?:kind|type|sort)\s+of\s+(?:\w+\s+){0,3}(?:model|llm|ai|assistant)\s+are\s+you\b",
    r"\b(?:who|which\s+\w+|what\s+\w+)\s+(?:has\s+)?(?:" + MADE + r"|owns|makes)\s+you\b",
    r"\bwho\s+(?:is|are)\s+your\s+(?:developer|maker|creator|owner|company)s?\b",
    r"\bwere\s+you\s+(?:" + MADE + r")\s+by\b",
    r"\b(?:tell\s+me|reveal|say|state)\s+(?:\w+\s+){0,3}(?:your\s+(?:name|identity|model|developer|maker|creator)|who\s+you\s+are|which\s+model\s+you\s+are|who\s+made\s+you)\b",
    r"\bintroduce\s+yourself\b",
    r"你(?:到底|究竟|现在)?是(?:谁|什么(?:\w{0,4})?(?:模型|AI|人工智能|助手)|哪(?:个|家|款)(?:\w{0,6})?(?:模型|公司|AI)?)",
    r"你(?:的名字)?(?:叫|是叫)什么",
    r"你的(?:真实)?(?:名字|身份|开发者|开发商|创造者|公司)(?:是|叫)",
    r"(?:谁|哪家公司|哪个公司|哪个团队|什么公司)(?:\w{0,2})?(?:" + ZH_MADE + r")了?(?:你|的你)",
    r"你是(?:由)?(?:谁|哪家公司|哪个公司|什么公司|哪个团队)(?:" + ZH_MADE + r")",
    r"(?:介绍一下|介绍)(?:一下)?你自己|自我介绍",
)
QUOTED = re.compile(r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|「[^」\n]{1,300}」|『[^』\n]{1,300}』|‘[^’\n]{1,300}’")
FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
FIRST_PERSON = re.compile(r"\b(?:I|I'm|my|me)\b|我")


@dataclass(frozen=True)
class Detector:
    """Patterns over one set of names."""

    patterns: tuple[re.Pattern[str], ...]
    questions: tuple[re.Pattern[str], ...]

    def words(self, text: str) -> list[str]:
        """Return the passages in which an answer says who wrote it."""
        spoken = _without_quotes(FENCED.sub(" ", text.replace("’", "'").replace("*", "").replace("_", " ")))
        return list(dict.fromkeys(found.group(0).strip() for p in self.patterns for found in p.finditer(spoken)))

    def asked(self, prompt: str) -> list[str]:
        """Return the passages in which a question asks who answers."""
        spoken = QUOTED.sub(" ", prompt.replace("’", "'"))
        return list(dict.fromkeys(found.group(0).strip() for p in self.questions for found in p.finditer(spoken)))


def detector() -> Detector:
    """Return the detector of the catalogue as it is."""
    return _build(tuple(sorted(_names())))


def _names() -> set[str]:
    rows: list[tuple[str, dict[str, list[str]]]] = []
    rows += Developer.objects.values_list("name", "aliases")
    rows += CatalogueModel.objects.filter(external=False).values_list("family", "family_aliases").distinct()
    names = set(CatalogueModel.objects.filter(external=False).values_list("name", flat=True))
    for name, aliases in rows:
        names |= {name, *(alias for many in aliases.values() for alias in many)}
    names |= {re.sub(r"\s*\(.*?\)", "", name) for name in names}
    return {name for name in names if len(name) > 1}


@lru_cache(maxsize=4)
def _build(names: tuple[str, ...]) -> Detector:
    english = _any(name for name in names if name.isascii())
    chinese = _any(names)
    # a name may be followed by a version, never by more letters; "-" and "." of versions belong to it
    name = rf"(?<![\w-])(?:{english})(?:[-\s]?v?\d[\w.]*)?(?![\w])"
    zh_name = rf"(?:{chinese})(?:[-\s]?v?\d[\w.]*)?(?![A-Za-z])"
    fill = rf"(?:(?:{FILLERS}|(?:team|people|researchers|engineers)\s+at)\b[\s,:]*|\"|“|')"
    sentence = r"[^.!?\n]"
    patterns = [
        rf"\bI(?:\s+am|'m)\s+{fill}{{0,14}}{name}",
        rf"\b(?:my\s+name\s+is|call\s+me|you(?:'re|\s+are)\s+(?:talking|speaking|chatting)\s+(?:to|with))\s+{fill}{{0,8}}{name}",
        rf"\b(?:I(?:\s+was|\s+am|'m|\s+have\s+been|'ve\s+been)|as|being|model|assistant|chatbot)\b{sentence}{{0,40}}?\b(?:{MADE})\s+by\s+{fill}{{0,6}}{name}(?={sentence}{{0,120}}?\b(?:I|my|me)\b)",
        rf"\bI(?:\s+was|\s+am|'m|\s+have\s+been|'ve\s+been)\s+(?:an?\s+)?(?:\w+\s+){{0,6}}?(?:{MADE})\s+(?:and\s+\w+\s+)?by\s+{fill}{{0,6}}{name}",
        rf"\b(?:as|being)\s+{fill}{{0,8}}{name}\s*,\s*I\b",
        rf"\b(?:my\s+(?:creators?|developers?|makers?|owners?|parent\s+company|team))\s*(?:,|is|are|at|from)\s+{fill}{{0,6}}{name}",
        rf"{name}\s+(?:has\s+)?(?:{MADE})\s+me\b",
        rf"\bI\s+(?:go\s+by|come\s+from|belong\s+to|identify\s+as|run\s+on|work\s+for)\s+{fill}{{0,8}}{name}",
        rf"\bI(?:\s+am|'m|\s+was)\s+(?:powered|driven|provided|hosted|offered|backed)\s+by\s+{fill}{{0,6}}{name}",
        rf"\bI\s*,\s*{name}\s*,",
        rf"\bI\s+was\s+(?:{MADE})\s+(?:using|with|from|on(?:\s+top\s+of)?|upon)\s+{fill}{{0,6}}{name}",
        rf"\bmy\s+(?:underlying|base|own)\s+(?:language\s+)?(?:model|architecture)\s+is\s+{fill}{{0,6}}{name}",
        rf"\bas\s+an?\s+{name}(?:[-\s]based)?\s+(?:language\s+|ai\s+)?(?:model|assistant|chatbot)\b{sentence}{{0,80}}?\b(?:I|my|me)\b",
        rf"(?:^|[.!?]\s+|\n\s*)(?:this\s+is\s+)?{name}\s+(?:speaking|here)\s*[,.!:]",
        rf"\b(?:hi|hello|hey)\b[\s,!.]*(?:there[\s,!.]*)?(?:this\s+is|it's|it\s+is)\s+{fill}{{0,4}}{name}",
        rf"(?<!不)(?:我|本模型|本助手|吾|在下)(?:就|正|其实|确实|实际上|便|只|也|即)?(?:是|乃|属于|叫|名叫|的名字是|的名字叫|的名称是|来自){ZH_FILL}{{0,20}}{zh_name}",
        rf"我[，,]\s*{zh_name}\s*[，,]",
        rf"\bthe\s+(?:model|assistant|chatbot|ai)\s+you(?:'re|\s+are)\s+(?:using|talking\s+to|chatting\s+with)\s+is\s+{fill}{{0,6}}{name}",
        rf"(?:可以|请|就)叫我{ZH_FILL}{{0,4}}{zh_name}",
        rf"{zh_name}(?:就)?是我的(?:名字|名称)",
        rf"(?:您|你)(?:现在)?正?在?(?:与|和|跟){zh_name}(?:对话|交流|聊天|交谈)",
        rf"(?<!不)(?:我|本模型|本助手)(?:是)?(?:由|被){ZH_FILL}{{0,6}}{zh_name}{ZH_FILL}{{0,6}}(?:{ZH_MADE})",
        rf"(?:作为|身为){ZH_FILL}{{0,12}}{zh_name}[^。！？\n]{{0,30}}我",
        rf"我的(?:开发者|开发商|创造者|开发团队|创建者|公司|母公司)(?:是|为){ZH_FILL}{{0,4}}{zh_name}",
        rf"{zh_name}(?:{ZH_MADE})了我",
    ]
    compiled = tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
    named = rf"\bare\s+you\s+{fill}{{0,6}}{name}\s*\?"
    zh_named = rf"你是{ZH_FILL}{{0,6}}{zh_name}(?:吗|么|吧)"
    return Detector(compiled, tuple(re.compile(p, re.IGNORECASE) for p in (*ASKS, named, zh_named)))


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))


def _without_quotes(text: str) -> str:
    """Take out quoted speech in the first person: it is somebody else's."""
    return QUOTED.sub(lambda found: " " if FIRST_PERSON.search(found.group(0)) else found.group(0), text)
