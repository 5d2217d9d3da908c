from nodes.authors.offline_texts.english import ENGLISH

CHINESE = ENGLISH
