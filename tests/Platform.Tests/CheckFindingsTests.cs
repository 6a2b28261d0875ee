using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests;

/// <summary>Checks before long work: all that was found is said at once.</summary>
public sealed class CheckFindingsTests
{
    private readonly CheckFindings _findings = new();

    [Fact]
    public async Task What_was_found_is_not_lost_where_a_later_check_cannot_be_made()
    {
        Assert.Null(await Find("--target is full"));

        PermanentException all = await Assert.ThrowsAsync<PermanentException>(() => Miss("the server is down"));

        Assert.Equal((ErrorKind.Target, "--target is full\nthe server is down"), (all.Kind, all.Message));
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_is_tried_again_where_nothing_was_found()
    {
        TransientException fault = await Assert.ThrowsAsync<TransientException>(() => Miss("the server is down"));

        Assert.Equal("the server is down", fault.Message);
        _findings.ThrowIfAny();
    }

    private Task<string?> Find(string line) =>
        _findings.TryAsync<string>(() => throw new PermanentException(ErrorKind.Target, line));

    private Task<string?> Miss(string line) =>
        _findings.TryAsync<string>(() => throw new TransientException(ErrorKind.Source, line));
}
