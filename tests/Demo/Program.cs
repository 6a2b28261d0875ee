using System.CommandLine;
using AlfrescoBackupFlows.Demo;

var abf = new Option<FileInfo>("--abf") { Description = "The abf executable.", Required = true };
var store = new Option<string>("--store")
{
    Description = "Where sets go.",
    DefaultValueFactory = static _ => "azurite",
};
store.AcceptOnlyFromAmong("azurite", "directory");
var database = new Option<string>("--database")
{
    Description = "Where Alfresco's rows are.",
    DefaultValueFactory = static _ => "postgresql",
};
database.AcceptOnlyFromAmong("postgresql", "mariadb");
var documents = new Option<int>("--documents")
{
    Description = "Documents of the sample installation.",
    DefaultValueFactory = static _ => 3000,
};
var keep = new Option<bool>("--keep")
{
    Description = "Leave servers and directories as they are, and say how to go on by hand.",
};
var serve = new Option<DirectoryInfo?>("--serve")
{
    Description = "Run the servers in this directory until terminated.",
    Hidden = true,
};

var command = new RootCommand("Backs up a sample installation of Alfresco, restores it, and compares every byte.")
{
    abf,
    store,
    database,
    documents,
    keep,
    serve,
};
command.SetAction(
    (parsed, cancellationToken) =>
    {
        var options = new DemoOptions(
            parsed.GetRequiredValue(abf).FullName,
            parsed.GetRequiredValue(store) == "azurite",
            parsed.GetRequiredValue(database) == "mariadb",
            parsed.GetRequiredValue(documents),
            parsed.GetValue(keep)
        );
        return parsed.GetValue(serve) is { } directory
            ? DemoServers.ServeAsync(options, directory.FullName, cancellationToken)
            : DemoRun.RunAsync(options, cancellationToken);
    }
);
return await command.Parse(args).InvokeAsync(configuration: null, CancellationToken.None);
