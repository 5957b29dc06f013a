"""Words in every language: messages that keep their numbers, and the languages that write them down. One catalogue a language."""
