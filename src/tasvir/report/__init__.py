"""From records to something a person reads: `write.write_report` for the page, `text.summary_lines` for the terminal.

Records become a numbered `document.Report` of no language (`summary.summarise`), and that HTML, text or files in a language.
Torch is never imported here, matplotlib and Jinja when the page is drawn.
"""
