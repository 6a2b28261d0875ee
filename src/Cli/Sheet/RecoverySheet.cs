using System.Net;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Repository.Config;

namespace AlfrescoBackupFlows.Cli.Sheet;

/// <summary>
/// One page to print and to keep in a safe: where the repository is, which passphrases open it, how everything comes
/// back. It never holds a passphrase: there is a place to write it by hand. It loads nothing and runs nothing.
/// </summary>
internal static class RecoverySheet
{
    private const string Style = """
        @page { size: A4; margin: 15mm }
        body { font: 10.5pt/1.4 sans-serif; color: #000; background: #fff; max-width: 180mm; margin: 1em auto; padding: 0 1em }
        h1 { font-size: 17pt; margin: 0 0 .3em }
        h2 { font-size: 12pt; margin: 1.2em 0 .3em; border-bottom: 1px solid #000 }
        dt { float: left; clear: left; width: 9em } dd { margin-left: 9em; overflow-wrap: anywhere }
        code, pre, table { font-family: monospace; font-size: 9pt }
        pre { border: 1px solid #888; padding: .5em; white-space: pre-wrap; overflow-wrap: anywhere; margin: .4em 0 }
        td, th { text-align: left; padding: 0 1.5em 0 0 }
        svg { float: right; width: 42mm; height: 42mm; margin: 0 0 0 5mm }
        .line { border-bottom: 1px solid #000; height: 2.2em }
        """;

    /// <param name="printed">When the page was made.</param>
    public static string Html(KeySheetDocument sheet, DateTime printed)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
        page.Append(
            $"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'\">\n"
        );
        page.Append(
            "<meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
        );
        page.Append(
            $"<title>Recovery sheet {Text(sheet.Repository)}</title>\n<style>{Style}</style>\n</head>\n<body>\n"
        );
        page.Append("<h1>Recovery sheet: backups of Alfresco</h1>\n");
        page.Append(QrCode.Svg(sheet.Scan)).Append('\n');
        page.Append(
            "<p>Keep it away from the machine and from the backups. The QR code holds the configuration below.</p>\n<dl>\n"
        );
        Row("Installation", sheet.Installation ?? "(every one in it)");
        Row("Repository", sheet.Repository);
        Row("Where it is", sheet.Location);
        Row("Encryption", sheet.Encryption);
        Row("Printed", Units.Time(printed));
        page.Append("</dl>\n");
        bool isEncrypted = sheet.Encryption == RepositoryAccess.EncryptionPassphrase;
        if (isEncrypted)
        {
            WriteKeys(page, sheet);
        }

        WriteRestore(page, sheet, isEncrypted);
        return page.Append("</body>\n</html>\n").ToString();

        void Row(string name, string value) => page.Append($"<dt>{name}</dt><dd><code>{Text(value)}</code></dd>\n");
    }

    private static void WriteKeys(StringBuilder page, KeySheetDocument sheet)
    {
        page.Append(
            "<h2>Passphrase</h2>\n<p>Any one of these passphrases opens the repository. Without one nobody can read it, ever.</p>\n"
        );
        page.Append("<table><tr><th>Key</th><th>Name</th><th>Since</th></tr>\n");
        foreach (KeyDocument key in sheet.Keys)
        {
            page.Append(
                $"<tr><td>{Text(key.Id)}</td><td>{Text(key.Name)}</td><td>{Units.Time(key.Created)}</td></tr>\n"
            );
        }

        page.Append(
            "</table>\n<p>Write the passphrase here by hand, letter by letter, and the key that it is of:</p>\n"
        );
        page.Append("<div class=\"line\"></div>\n<div class=\"line\"></div>\n");
    }

    private static void WriteRestore(StringBuilder page, KeySheetDocument sheet, bool isEncrypted)
    {
        page.Append("<h2>To restore with nothing else left</h2>\n<ol>\n");
        page.Append(
            "<li>Take a machine with the same kind of database, empty, and that database's own client tools. "
                + "Install <code>abf</code> (AlfrescoBackupFlows).</li>\n"
        );
        page.Append(
            isEncrypted
                ? "<li>Write the passphrase, one line, into <code>/etc/abf/passphrase</code> (mode 0400), and this into <code>/etc/abf/abf.json</code>. "
                : "<li>Write this into <code>/etc/abf/abf.json</code>. "
        );
        page.Append(
            "Give the machine access to the place above; where that needs a connection string, name its file in <code>repository.connectionStringFile</code>:"
        );
        page.Append($"<pre>{Text(sheet.Scan)}</pre></li>\n");
        page.Append("<li>Look which sets there are, and restore the newest good one:<pre>abf sets\n");
        page.Append("abf restore --set latest --target /opt/alfresco/alf_data \\\n");
        page.Append(
            "  --database postgresql://alfresco@localhost:5432/alfresco --database-password-file /root/alfresco-password</pre></li>\n"
        );
        page.Append(
            "<li>The target's directory <code>configuration</code> holds <code>alfresco-global.properties</code> and the "
                + "keystore as they were. Start Alfresco with them.</li>\n"
        );
        page.Append(
            "</ol>\n<p>Without this program: the format is published, with a reader in Python, as "
                + "<code>docs/repository-format.md</code> and <code>tests/reader</code> of its source.</p>\n"
        );
    }

    private static string Text(string text) =>
        WebUtility.HtmlEncode(Platform.PlainText.Escape(text).Replace("\\u000a", "\n", StringComparison.Ordinal));
}
