using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// The option <c>--expect-head</c>: an entry that a script remembers, and that must still stand in the log as it was.
/// </summary>
internal static class ExpectedHead
{
    public static Option<string?> NewOption() =>
        new("--expect-head")
        {
            Description = "Fail unless the log still has this entry: a cut, forked or older copy has not.",
            HelpName = "SEQUENCE:SHA256",
        };

    /// <exception cref="PermanentException">Configuration: it is not written so.</exception>
    public static RememberedHead? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] parts = text.Split(':');
        return
            parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            && parts[1].Length == 64
            && parts[1].All(char.IsAsciiHexDigit)
            ? new RememberedHead(sequence, parts[1].ToLowerInvariant())
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"--expect-head '{text}' does not fit: write SEQUENCE:SHA256, as 'abf sets' shows it in its last line"
            );
    }
}
