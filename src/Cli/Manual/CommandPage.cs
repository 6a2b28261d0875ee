using System.CommandLine;
using System.CommandLine.Help;

namespace AlfrescoBackupFlows.Cli.Manual;

/// <summary>One command of the command line, as manuals and shells see it: read from the definitions that parse it.</summary>
/// <param name="Path">With the commands above it, such as <c>abf</c>, <c>key</c>, <c>add</c>.</param>
/// <param name="Options">Its own, then those that every command takes.</param>
/// <param name="Subcommands">Those that the help lists.</param>
internal sealed record CommandPage(
    IReadOnlyList<string> Path,
    Command Command,
    IReadOnlyList<Option> Options,
    IReadOnlyList<Argument> Arguments,
    IReadOnlyList<Command> Subcommands
)
{
    /// <summary>The program's own name: the tests run under another.</summary>
    private const string Program = "abf";

    /// <summary>Words that say that a value is the name of a file or of a directory.</summary>
    private static readonly string[] FileWords = ["FILE", "PATH"];

    public string Name => string.Join(' ', Path);

    public bool IsRoot => Path.Count == 1;

    /// <summary>Every command that the help lists, the outermost first.</summary>
    public static IReadOnlyList<CommandPage> All(RootCommand root) => [.. Of(root, [Program], [])];

    /// <summary>Its names, the longest first.</summary>
    public static IReadOnlyList<string> NamesOf(Option option) =>
        [.. option.Aliases.Append(option.Name).Where(IsWord).Distinct().OrderByDescending(name => name.Length)];

    public static bool TakesValue(Option option) => option.Arity.MaximumNumberOfValues > 0 && !IsFlag(option);

    public static string ValueOf(Option option) =>
        option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant().Replace('-', '_');

    /// <summary>Whether the value names a file of this machine.</summary>
    public static bool TakesFile(Option option) =>
        FileWords.Contains(ValueOf(option).Split('_')[^1], StringComparer.Ordinal);

    public static bool TakesDirectory(Option option) =>
        option.Name is "--target" || ValueOf(option).Split('_')[^1] is "DIRECTORY";

    private static bool IsFlag(Option option) =>
        option.ValueType == typeof(bool) || option is HelpOption or VersionOption;

    /// <summary>The other ways to ask for help, of another system's habits, stay unsaid.</summary>
    private static bool IsWord(string name) => name.StartsWith('-') && name != "-?";

    private static IEnumerable<CommandPage> Of(Command command, string[] path, Option[] inherited)
    {
        Command[] below = [.. command.Subcommands.Where(child => !child.Hidden)];
        Option[] own = [.. command.Options.Where(option => !option.Hidden)];
        Option[] passedOn = [.. inherited, .. own.Where(option => option.Recursive)];
        yield return new CommandPage(path, command, [.. own, .. inherited], [.. command.Arguments], below);
        foreach (Command child in below)
        {
            foreach (CommandPage page in Of(child, [.. path, child.Name], passedOn))
            {
                yield return page;
            }
        }
    }
}
