using System.Globalization;
using System.Text;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Databases;

/// <summary>
/// A content URL that the dumped database requires as a file. A value that no file can have is a fault of its row, and
/// never keeps the other rows from being read.
/// </summary>
/// <param name="Id">Row id in <c>alf_content_url</c>; 0 for a URL of the old web content tables
/// (<c>avm_nodes</c>).</param>
/// <param name="Url">Empty where the row has none; see <see cref="UrlFault"/>.</param>
/// <param name="Size">Bytes (<c>content_size</c>); null where the table has no sizes; see
/// <see cref="SizeFault"/>.</param>
public sealed record RequiredUrl(long Id, string Url, long? Size)
{
    private const int MaxShown = 60;

    private static readonly UTF8Encoding StrictUtf8 = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    /// <summary>Why the row's <c>content_url</c> is no text, such as <c>is NULL</c>; else null.</summary>
    public string? UrlFault { get; private init; }

    /// <summary>Why the row's <c>content_size</c> is no file's size, such as <c>is -1</c>; else null.</summary>
    public string? SizeFault { get; private init; }

    /// <summary>The URL, or the row where it has none; for people.</summary>
    public string Name => UrlFault is null ? Url : $"{Row}: content_url {UrlFault}";

    /// <summary>The row, for people.</summary>
    public string Row => Id == 0 ? "a row of avm_nodes" : $"row {Id} of alf_content_url";

    /// <summary>A row of a table that has no sizes.</summary>
    /// <param name="url">UTF-8 as far as it is valid; null for NULL.</param>
    public static RequiredUrl FromRow(long id, byte[]? url)
    {
        if (url is not { Length: > 0 })
        {
            return new RequiredUrl(id, string.Empty, null) { UrlFault = url is null ? "is NULL" : "is empty" };
        }

        try
        {
            return new RequiredUrl(id, StrictUtf8.GetString(url), null);
        }
        catch (DecoderFallbackException)
        {
            return new RequiredUrl(id, string.Empty, null)
            {
                UrlFault = $"'{Cut(TreePath.Display(url))}' is not valid UTF-8",
            };
        }
    }

    /// <inheritdoc cref="FromRow(long, byte[])"/>
    /// <param name="size">The digits, as text; null for NULL.</param>
    public static RequiredUrl FromRow(long id, byte[]? url, string? size)
    {
        RequiredUrl row = FromRow(id, url);
        return
            long.TryParse(size, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long bytes)
            && bytes is >= 0 and < long.MaxValue - 1
            ? row with
            {
                Size = bytes,
            }
            : row with
            {
                SizeFault = size is null ? "is NULL" : $"is '{Cut(PlainText.Escape(size))}'",
            };
    }

    private static string Cut(string text) => text.Length > MaxShown ? $"{text[..MaxShown]}..." : text;
}
