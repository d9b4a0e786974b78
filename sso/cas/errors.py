class CasRefusal(Exception):
    """One of the codes of the protocol, sections 2.5.3 and 2.7.3."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
