using System.CommandLine;
using AlfrescoBackupFlows.Cli.Hosting;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>The options of <c>abf setup</c>: with them nobody is asked anything.</summary>
internal sealed class SetupArguments
{
    public Option<string?> Properties { get; } =
        new("--properties")
        {
            Description = "Alfresco's alfresco-global.properties (default: looked for in the usual places).",
            HelpName = "FILE",
        };

    public Option<string?> Root { get; } =
        new("--root")
        {
            Description = "The directory of the content stores, where dir.root does not say it.",
            HelpName = "DIRECTORY",
        };

    public Option<string?> DatabasePasswordFile { get; } =
        new("--database-password-file")
        {
            Description = "A file that holds the password of Alfresco's database, where db.password does not say it.",
            HelpName = "FILE",
        };

    public Option<string?> Index { get; } =
        new("--index")
        {
            Description =
                "lucene: the copy that Alfresco's index-backup job makes is captured; none: no index is "
                + "(default: as the properties say). The cores of Solr are set in the configuration.",
            HelpName = "KIND",
        };

    public Option<string?> Name { get; } =
        new("--name")
        {
            Description = "Names the installation in the repository, for ever (default: this machine's name).",
            HelpName = "NAME",
        };

    public Option<string?> Repository { get; } =
        new("--repository")
        {
            Description = "Where the sets go, written as repository.url: https://... or file:///path.",
            HelpName = "URL",
        };

    public Option<string?> ConnectionStringFile { get; } =
        new("--connection-string-file")
        {
            Description = "A file that holds the connection string of the repository's storage.",
            HelpName = "FILE",
        };

    public Option<string?> PassphraseFile { get; } =
        new("--passphrase-file")
        {
            Description =
                "A file that holds the passphrase; where it does not exist, one is made and written there "
                + "(default: passphrase, beside the configuration).",
            HelpName = "FILE",
        };

    public Option<string?> State { get; } =
        new("--state")
        {
            Description = $"A local directory for the journal and caches (default: {DefaultState}).",
            HelpName = "DIRECTORY",
        };

    public Option<bool> Overwrite { get; } =
        new("--overwrite") { Description = "Write over a configuration that is there." };

    public static string DefaultState =>
        OperatingSystem.IsWindows()
            ? Path.Combine(Path.GetDirectoryName(ConfigChoice.OfMachine)!, "state")
            : "/var/lib/abf";

    public IEnumerable<Option> All =>
        [
            Properties,
            Root,
            DatabasePasswordFile,
            Index,
            Name,
            Repository,
            ConnectionStringFile,
            PassphraseFile,
            State,
            Overwrite,
        ];
}
