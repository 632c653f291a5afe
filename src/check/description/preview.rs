//! The page that PyPI would show, as one file to look at: nothing in it runs, and nothing is fetched for it.

use super::Page;

/// So that a browser neither runs nor fetches anything, whatever the description says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// Much of how PyPI sets descriptions: width, headings, code and tables.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{max-width:52rem;margin:2rem auto;padding:0 1rem;font:16px/1.6 'Source Sans 3','Source Sans Pro',Helvetica,Arial,sans-serif}\
header{border-bottom:1px solid #8886;margin-bottom:2rem;font-size:14px}\
pre{overflow:auto;padding:1rem;background:#8882;font:14px/1.5 'Source Code Pro',Menlo,monospace}\
code{font-family:'Source Code Pro',Menlo,monospace}\
table{border-collapse:collapse;display:block;overflow:auto}td,th{border:1px solid #8886;padding:.3rem .6rem}\
blockquote,aside{border-left:4px solid #8886;margin-left:0;padding-left:1rem}\
img{max-width:100%}";

/// The page of an archive.
pub fn html(file: &str, page: &Page) -> String {
    let file = file.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{file}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><p>The description of <b>{file}</b> as PyPI renders it. PyPI colours code and shows images through \
         its own proxy; here nothing is fetched, so images appear as their texts.</p></header>\n\
         <main>\n{page}\n</main>\n</body>\n</html>\n"
    )
}
