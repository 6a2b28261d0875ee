using System.Buffers;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>Names of what an unfinished run has stored.</summary>
internal static class RunNames
{
    public const string Root = "runs/";

    /// <summary>The part of a receipt's name after the run's prefix.</summary>
    public const string Packs = "packs/";

    private static readonly SearchValues<char> PageCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789.-"
    );

    public static string Prefix(RunId run) => $"{Root}{run}/";

    public static string Receipt(RunId run, PackId pack) => $"{Prefix(run)}{Packs}{pack}";

    public static string Page(RunId run, string page) =>
        IsPage(page)
            ? Prefix(run) + page
            : throw new ArgumentException($"'{page}' cannot be the name of a page.", nameof(page));

    public static bool IsPage(string name) =>
        name.Length is >= 1 and <= 100
        && char.IsAsciiLetterOrDigit(name[0])
        && name.AsSpan().IndexOfAnyExcept(PageCharacters) < 0
        && name != "packs";
}
