using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

/// <summary>Whether the live system has what a set lacks.</summary>
public sealed class LiveLookTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public LiveLookTests()
    {
        foreach (string root in (string[])["contentstore", "contentstore.deleted", "archive"])
        {
            Directory.CreateDirectory(_directory.Combine(root));
        }
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("contentstore", 3L, true, LiveFile.Present)]
    [InlineData("contentstore", null, true, LiveFile.Present)]
    [InlineData("contentstore", 4L, true, LiveFile.Missing)]
    [InlineData("contentstore", 4L, false, LiveFile.Present)]
    [InlineData("contentstore.deleted", 3L, true, LiveFile.Present)]
    [InlineData("archive", 3L, true, LiveFile.Present)]
    [InlineData("nowhere", 3L, true, LiveFile.Missing)]
    public void A_file_is_looked_for_where_Alfresco_reads_it_or_moves_it(
        string where,
        long? size,
        bool checkSizes,
        LiveFile expected
    )
    {
        if (where != "nowhere")
        {
            File.WriteAllText(_directory.Combine(where, "a.bin"), "abc");
        }

        Assert.Equal(expected, Look("contentstore", "a.bin", size, checkSizes));
    }

    [Fact]
    public void A_directory_is_no_file_and_a_URL_of_no_file_has_none()
    {
        Directory.CreateDirectory(_directory.Combine("contentstore", "a.bin"));

        Assert.Equal(LiveFile.Missing, Look("contentstore", "a.bin", 3, checkSizes: true));
        Assert.Equal(LiveFile.Missing, Look(string.Empty, "store://../a.bin", null, checkSizes: true));
    }

    [Fact]
    public void Beneath_a_file_nothing_is_and_a_root_that_is_not_there_has_nothing()
    {
        File.WriteAllText(_directory.Combine("contentstore", "a.bin"), "abc");
        Assert.Equal(LiveFile.Missing, Look("contentstore", "a.bin/b.bin", 3, checkSizes: true));

        Directory.Delete(_directory.Combine("archive"));
        Assert.Equal(LiveFile.Missing, Look("stores/archive", "a.bin", 3, checkSizes: true));
    }

    private LiveFile Look(string root, string path, long? size, bool checkSizes)
    {
        var installation = new Installation(
            "acme",
            "f",
            [
                new ContentRoot("contentstore", _directory.Combine("contentstore"), "dir.contentstore"),
                new ContentRoot("contentstore.deleted", _directory.Combine("contentstore.deleted"), "dir.deleted"),
                new ContentRoot("stores/archive", _directory.Combine("archive"), "content.stores"),
            ],
            null,
            null!,
            TimeZoneInfo.Utc,
            14,
            checkSizes,
            new ContentUrlMap(["archive"]),
            []
        );
        using var look = new LiveLook(installation, new SourceRoots());
        return look.Look(
            new FileFinding(
                root,
                Encoding.UTF8.GetBytes(path),
                FindingReasons.Missing,
                LiveFile.Unknown,
                size,
                null,
                1,
                false
            )
        );
    }
}
