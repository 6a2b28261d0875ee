using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Hosting.Options;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>What a command has at hand, in the test's own process, on a new repository without sets.</summary>
internal sealed class InProcess : IDisposable
{
    private readonly AbfRig _abf = new();
    private readonly StringWriter _said = new();

    private InProcess()
    {
        var messages = new MessageWriter(_said, quiet: false, TimeProvider.System);
        Context = new CommandContext(
            new ConfigChoice(_abf.ConfigFile, IsNamed: true),
            messages,
            new ResultWriter(Stream.Null, json: false, quiet: true, messages),
            TestContext.Current.CancellationToken
        );
    }

    public CommandContext Context { get; }

    public Journals Journals => new(Context.Options);

    public string State => _abf.State;

    /// <summary>On stderr.</summary>
    public string Said => _said.ToString();

    public static async Task<InProcess> CreateAsync()
    {
        var process = new InProcess();
        process._abf.Section("repository")["encryption"] = "none";
        process._abf.WriteConfig();
        RepositoryStores stores = await StoreFactory.CreateAsync(
            process.Context.Load(OptionsScope.Repository),
            TimeProvider.System,
            process.Context.Stop
        );
        await BackupRepository.InitAsync(
            stores.Blobs,
            new RepositoryInit("none", null, "test", TimeProvider.System),
            process.Context.Stop
        );
        return process;
    }

    public void Dispose()
    {
        Context.Dispose();
        _said.Dispose();
        _abf.Dispose();
    }
}
