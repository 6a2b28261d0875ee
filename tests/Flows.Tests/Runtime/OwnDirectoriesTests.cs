using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Runtime;

public sealed class OwnDirectoriesTests
{
    private static readonly string Base = Path.Combine(Path.GetTempPath(), "own");
    private static readonly ContentRoot[] Captured =
    [
        new("contentstore", At("alf_data/contentstore"), "dir.contentstore"),
    ];

    [Theory]
    [InlineData("repository", "state", null)]
    [InlineData("alf_data/contentstore.copy", "alf_data/state", null)]
    [InlineData("alf_data/contentstore/repository", "state", "repository.url")]
    [InlineData("alf_data/contentstore", "state", "repository.url")]
    [InlineData("alf_data", "state", "repository.url")]
    [InlineData("repository", "alf_data/contentstore/2026", "state")]
    public void What_a_backup_writes_lies_outside_of_what_it_captures(string repository, string state, string? fault)
    {
        void Check() => OwnDirectories.RequireApart(Options(repository, state), Captured);

        if (fault is null)
        {
            Check();
            return;
        }

        PermanentException e = Assert.Throws<PermanentException>(Check);
        Assert.Equal(ErrorKind.Configuration, e.Kind);
        Assert.StartsWith(
            $"{fault} '{At(fault == "state" ? state : repository)}' and dir.contentstore '",
            e.Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("restored", true)]
    [InlineData("repository/restored", false)]
    [InlineData("state", false)]
    public void A_target_lies_outside_of_repository_and_state(string target, bool isApart)
    {
        void Check() => OwnDirectories.RequireApart(Options("repository", "state"), At(target));

        if (isApart)
        {
            Check();
        }
        else
        {
            Assert.Equal(ErrorKind.Target, Assert.Throws<PermanentException>(Check).Kind);
        }
    }

    private static string At(string path) => Path.GetFullPath(Path.Combine(Base, path));

    private static BackupOptions Options(string repository, string state) =>
        new()
        {
            Repository = new RepositoryOptions { Url = new Uri(At(repository)).AbsoluteUri },
            State = At(state),
        };
}
