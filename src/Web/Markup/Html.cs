using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using AlfrescoBackupFlows.Platform;

namespace AlfrescoBackupFlows.Web.Markup;

/// <summary>
/// Markup that is safe to send. It is made from literals of this code alone: every value in between is encoded, and
/// there is no way to put a string in as it is. Attributes stand in double quotes.
/// </summary>
internal readonly struct Html
{
    private readonly string? _text;

    private Html(string text) => _text = text;

    public static Html Empty => default;

    public static Html Of(HtmlHandler parts) => new(parts.ToText());

    public override string ToString() => _text ?? string.Empty;
}

/// <summary>What the compiler makes of <c>Html.Of($"...")</c>. Values of other types than these do not compile.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text;

    public HtmlHandler(int literalLength, int formattedCount) =>
        _text = new StringBuilder(literalLength + (formattedCount * 16));

    public void AppendLiteral(string value) => _text.Append(value);

    public void AppendFormatted(Html value) => _text.Append(value.ToString());

    public void AppendFormatted(IEnumerable<Html> values)
    {
        foreach (Html value in values)
        {
            _text.Append(value.ToString());
        }
    }

    /// <summary>Characters that nobody sees, or that turn the order of others, are written out first.</summary>
    public void AppendFormatted(string? value) => _text.Append(Encoder.Encode(PlainText.Escape(value ?? string.Empty)));

    public void AppendFormatted(long value) => _text.Append(value);

    internal string ToText() => _text.ToString();
}
