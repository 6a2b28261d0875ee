using AlfrescoBackupFlows.Platform.Errors;
using Xunit;

namespace AlfrescoBackupFlows.Platform.Tests.Errors;

public sealed class NoticeTests
{
    [Theory]
    [InlineData("a.b: x is old; install one, or name it", "a.b: x is old", "install one, or name it")]
    [InlineData(
        "'p' is not absolute: Alfresco reads it, so set b",
        "'p' is not absolute",
        "Alfresco reads it, so set b"
    )]
    [InlineData(
        "none at 'p' (a.b): correct it, or write \"kind\": \"none\"",
        "none at 'p' (a.b)",
        "correct it, or write \"kind\": \"none\""
    )]
    [InlineData(
        "x fails (exit code 1: no room; none)",
        "x fails (exit code 1: no room; none)",
        "correct what the line names"
    )]
    [InlineData("no key for x: a: v1.2 said b: c. Check the role", "no key for x: a: v1.2 said b: c", "Check the role")]
    [InlineData("x fails (code: y): do z (or w; both)", "x fails (code: y)", "do z (or w; both)")]
    public void A_line_is_taken_apart_into_what_is_so_and_what_to_do(string line, string what, string fix)
    {
        var notice = Notice.OfLine("id", line, "why");

        Assert.Equal((what, "why", fix, line), (notice.What, notice.Why, notice.Fix, notice.Line));
    }

    [Fact]
    public void Each_line_of_a_failure_is_an_error_under_its_own_id_or_the_checks()
    {
        var told = new PermanentException(ErrorKind.Source, "a: b\nc: d") { Ids = ["first", "second"] };
        Assert.Equal(["first", "second"], Notice.Of(told, "check", "why").Select(notice => notice.Id));

        var untold = new TransientException(ErrorKind.Storage, "a: b\nc: d");
        Assert.All(
            Notice.Of(untold, "check", "why"),
            notice =>
                Assert.Equal(
                    ("check", NoticeSeverity.Error, ErrorKind.Storage),
                    (notice.Id, notice.Severity, notice.Kind)
                )
        );
    }
}
