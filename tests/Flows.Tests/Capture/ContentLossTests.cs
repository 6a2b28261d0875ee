using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Capture;
using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class ContentLossTests
{
    [Theory]
    [InlineData("contentstore", 0, 0, 0, true)]
    [InlineData("contentstore", 0, 0, 500, true)]
    [InlineData("contentstore", 980, 20, 1000, true)]
    [InlineData("contentstore", 990, 10, 1000, false)]
    [InlineData("contentstore", 49, 1, 50, false)]
    [InlineData("contentstore.deleted", 0, 500, 500, false)]
    [InlineData("audit.contentstore", 0, 0, 0, false)]
    [InlineData("keystore", 0, 2, 2, true)]
    [InlineData("keystore", 2, 1, 3, true)]
    [InlineData("keystore", 2, 0, 2, false)]
    [InlineData("configuration", 9, 1, 10, true)]
    [InlineData("configuration", 3, 0, 9, false)]
    public void Losing_more_than_one_percent_stops_the_run(string root, long files, long lost, long before, bool stops)
    {
        void Check() => ContentLoss.Check(root, new FileTotals { Files = files, Lost = lost }, before, []);

        if (stops)
        {
            Assert.Equal(ErrorKind.Source, Assert.Throws<PermanentException>(Check).Kind);
        }
        else
        {
            Check();
        }
    }

    [Fact]
    public void A_file_of_the_keystore_that_cannot_be_captured_stops_the_run_and_is_named()
    {
        PermanentException e = Assert.Throws<PermanentException>(() =>
            ContentLoss.Check(
                "keystore",
                new FileTotals { Files = 1, Unreadable = 1 },
                parentFiles: 0,
                ["keystore/keystore cannot be read."]
            )
        );

        Assert.Contains("keystore/keystore cannot be read.", e.Message, StringComparison.Ordinal);
        Assert.Throws<PermanentException>(() =>
            ContentLoss.Check("keystore", new FileTotals { Files = 1, Skipped = 1 }, parentFiles: 0, [])
        );
    }
}
