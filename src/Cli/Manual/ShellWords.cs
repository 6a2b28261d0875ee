using System.CommandLine;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>What the shells' scripts have in common.</summary>
internal static class ShellWords
{
    /// <summary>Commands and options that may follow.</summary>
    public static IEnumerable<string> Of(CommandPage page) =>
        page.Subcommands.Select(command => command.Name).Concat(page.Options.SelectMany(CommandPage.NamesOf));

    /// <summary>Options, of any command, that are followed by a value.</summary>
    public static IReadOnlyList<string> WithValue(IEnumerable<CommandPage> pages) =>
        NamesWhere(pages, CommandPage.TakesValue);

    public static IReadOnlyList<string> WithFile(IEnumerable<CommandPage> pages) =>
        NamesWhere(pages, option => CommandPage.TakesValue(option) && CommandPage.TakesFile(option));

    public static IReadOnlyList<string> WithDirectory(IEnumerable<CommandPage> pages) =>
        NamesWhere(pages, option => CommandPage.TakesValue(option) && CommandPage.TakesDirectory(option));

    /// <summary>In single quotes, for a POSIX shell or for fish, which both end them at the next one.</summary>
    public static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static IReadOnlyList<string> NamesWhere(IEnumerable<CommandPage> pages, Func<Option, bool> fits) =>
        [
            .. pages
                .SelectMany(page => page.Options)
                .Where(fits)
                .SelectMany(CommandPage.NamesOf)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
}
