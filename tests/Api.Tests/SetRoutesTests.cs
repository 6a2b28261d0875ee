using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Repository;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Api.Tests;

public sealed class SetRoutesTests
{
    [Fact]
    public async Task Which_set_of_a_broken_log_is_the_latest_is_not_guessed()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig =>
            rig.Options.Restore.Directory = Path.Combine(rig.Directory, "restored")
        );
        await BreakLogAsync(api);

        foreach (
            ApiAnswer answer in (ApiAnswer[])
                [
                    await api.GetAsync("/api/sets/latest"),
                    await api.PostAsync("/api/sets/latest/verify"),
                    await api.PostAsync("/api/restores", """{"target":"x"}"""),
                ]
        )
        {
            answer.AssertProblem(500, "repository");
            Assert.Contains("Which set is the latest is not known", answer.Text("detail"), StringComparison.Ordinal);
        }

        Assert.Equal(0, api.Flows.Count);
        (await api.GetAsync("/api/sets/20260101T000000Z-00000000")).AssertProblem(404, "not-found");
        Assert.Equal("[]", (await api.GetAsync("/api/sets")).Body);
    }

    [Theory]
    [InlineData("""{"depth":"deep"}""", "depth 'deep': write structure, sample, data or live")]
    [InlineData("""{"depth":"sample","readData":true}""", "readData means depth data")]
    [InlineData("""{"sharePercent":5}""", "share, budget: they belong to depth sample")]
    [InlineData("""{"depth":"sample","sharePercent":0}""", "share 0%: write more than 0% and at most 100%")]
    [InlineData("""{"depth":"sample","budgetSeconds":0}""", "budget: write a time longer than none")]
    [InlineData("""{"depth":"sample","share":5}""", "member share")]
    public async Task A_depth_that_does_not_fit_is_told_before_anything_is_read(string body, string says)
    {
        await using ApiRig api = await ApiRig.StartAsync();

        ApiAnswer answer = await api.PostAsync("/api/sets/latest/verify", body);

        answer.AssertProblem(400, "invalid-request");
        Assert.Contains(says, answer.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(0, api.Flows.Count);
    }

    /// <summary>Lets an entry in the middle of the log rot.</summary>
    private static async Task BreakLogAsync(ApiRig api)
    {
        string blobs = Path.Combine(api.Directory, "blobs");
        var access = new RepositoryAccess("none", null, Path.Combine(api.Directory, "cache"), TimeProvider.System);
        await using (
            BackupRepository repository = await BackupRepository.OpenAsync(
                DirectoryBlobStore.Open(blobs, TimeProvider.System),
                access
            )
        )
        {
            foreach (string installation in (string[])["one", "two"])
            {
                await repository.Log.OpenRunAsync(
                    RunId.Create(TimeProvider.System.GetUtcNow(), Guid.NewGuid()),
                    installation
                );
            }
        }

        string entry = Directory.GetFiles(Path.Combine(blobs, "log")).Order(StringComparer.Ordinal).ElementAt(1);
        byte[] bytes = await File.ReadAllBytesAsync(entry);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(entry, bytes);
    }
}
