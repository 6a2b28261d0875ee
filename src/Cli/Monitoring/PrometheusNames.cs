using System.Globalization;
using System.Text;

namespace AlfrescoBackupFlows.Cli.Monitoring;

/// <summary>What instruments and attributes are called in Prometheus, by the rules of OpenTelemetry's specification: a
/// unit ends the name, and what is counted ends with <c>_total</c>.</summary>
internal static class PrometheusNames
{
    public static string Of(string instrument, string? unit, bool isCounter)
    {
        var name = new StringBuilder(instrument.Replace('.', '_'));
        string? suffix = unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => null, // "1", and what stands in braces
        };
        return name.Append(suffix).Append(isCounter ? "_total" : null).ToString();
    }

    /// <summary><c>{name="value",...}</c>; empty without any.</summary>
    public static string Labels(IEnumerable<KeyValuePair<string, object?>> attributes)
    {
        string[] labels =
        [
            .. attributes
                .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                .Select(attribute => $"{attribute.Key.Replace('.', '_')}=\"{Escape(attribute.Value)}\""),
        ];
        return labels.Length == 0 ? string.Empty : $"{{{string.Join(',', labels)}}}";
    }

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(object? value) =>
        (Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty)
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", @"\n", StringComparison.Ordinal);
}
