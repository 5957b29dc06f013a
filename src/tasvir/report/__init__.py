"""From records to something a person reads: `write.write_report` for the page, `text.summary_lines` for the terminal.

Records become frozen summaries (`summary.summarise`), these a numbered `document.Report`, and that HTML, text or files.
Torch is never imported here, matplotlib and Jinja when the page is drawn.
"""
