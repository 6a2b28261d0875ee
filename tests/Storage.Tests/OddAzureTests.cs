using System.Net;
using System.Text;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Azure;
using Azure.Core.Pipeline;
using Xunit;

namespace AlfrescoBackupFlows.Storage.Tests;

/// <summary>Somebody in the place of Azure: answers that no such service gives, and other hosts to turn to.</summary>
public sealed class OddAzureTests
{
    private const string Signature = "sv=2024-11-04&sig=c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static IEnumerable<TheoryDataRow<string>> Answers =>
        Odd.Keys.Select(name => new TheoryDataRow<string>(name));

    private static Dictionary<string, Func<HttpResponseMessage>> Odd { get; } =
        new(StringComparer.Ordinal)
        {
            ["nothing at all"] = () => Answer(HttpStatusCode.OK, ""),
            ["text"] = () => Answer(HttpStatusCode.OK, "<html><body>Sign in to the network</body></html>"),
            ["half of a listing"] = () =>
                Answer(HttpStatusCode.OK, "<?xml version=\"1.0\"?><EnumerationResults><Blobs><Blob>"),
            ["entities"] = () =>
                Answer(
                    HttpStatusCode.OK,
                    "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY f SYSTEM "
                        + "\"file:///etc/hostname\">]><EnumerationResults><NextMarker>&b;&f;</NextMarker></EnumerationResults>"
                ),
            ["a length that is no number"] = () =>
                Answer(
                    HttpStatusCode.OK,
                    Listing("log/1", "<Properties><Content-Length>many</Content-Length></Properties>", "")
                ),
            ["a time that is none"] = () =>
                Answer(
                    HttpStatusCode.OK,
                    Listing("log/1", "<Properties><Creation-Time>yesterday</Creation-Time></Properties>", "")
                ),
            ["a name that was not asked for"] = () => Answer(HttpStatusCode.OK, Listing("x", "<Properties/>", "")),
            ["part of something else"] = () =>
            {
                HttpResponseMessage part = Answer(HttpStatusCode.PartialContent, "0123456789");
                part.Content.Headers.TryAddWithoutValidation("Content-Range", "bytes 900-1/x");
                return part;
            },
            ["headers that do not fit"] = () =>
            {
                HttpResponseMessage odd = Answer(HttpStatusCode.Created, "");
                odd.Headers.TryAddWithoutValidation("ETag", "no quotes");
                odd.Content.Headers.TryAddWithoutValidation("Last-Modified", "never");
                odd.Headers.TryAddWithoutValidation("x-ms-creation-time", "never");
                return odd;
            },
            ["another place"] = () =>
            {
                HttpResponseMessage moved = Answer(HttpStatusCode.TemporaryRedirect, "");
                moved.Headers.Location = new Uri("https://elsewhere.example/c/p");
                return moved;
            },
            ["not changed"] = () => Answer(HttpStatusCode.NotModified, ""),
            ["an unknown error"] = () =>
            {
                HttpResponseMessage error = Answer(HttpStatusCode.BadRequest, "<Error><Code>\u001b[2J</Code></Error>");
                error.Headers.TryAddWithoutValidation("x-ms-error-code", new string('x', 10_000));
                return error;
            },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task What_Azure_does_not_say_is_told_in_a_line_and_no_other_host_gets_the_signature(string answer)
    {
        var http = new Canned(_ => Odd[answer]());
        AzureBlobStore store = Open(http);

        foreach (
            Func<Task> call in (Func<Task>[])
                [
                    () => store.ReadAsync("log/1", 5, new byte[16], Ct),
                    () => store.GetPropertiesAsync("log/1", Ct),
                    () => store.PutIfAbsentAsync("log/1", new byte[3], Ct),
                    () => store.PutAsync("log/1", new byte[3], Ct),
                    () => store.DeleteAsync("log/1", Ct),
                    () => store.AcquireLeaseAsync("x", Guid.NewGuid(), BlobLease.MinDuration, Ct),
                    () => store.ReleaseLeaseAsync("x", Guid.NewGuid(), Ct),
                    async () => _ = await store.ListAsync("log/", Ct).ToListAsync(Ct),
                ]
        )
        {
            if (await Record.ExceptionAsync(call) is { } thrown)
            {
                AbfException told = Assert.IsAssignableFrom<AbfException>(thrown);
                Assert.StartsWith("repository.url: ", told.Message, StringComparison.Ordinal);
                Assert.DoesNotContain(told.Message, char.IsControl);
                Assert.InRange(told.Message.Length, 1, 1500);
                Assert.DoesNotContain("c2VjcmV0", told.Message, StringComparison.Ordinal);
            }
        }

        Assert.All(http.Asked, uri => Assert.Equal("acme.blob.core.windows.net", uri.Host));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_listing_that_leads_back_to_itself_ends(int pages)
    {
        var http = new Canned(number =>
            Answer(HttpStatusCode.OK, Listing($"some/log/{number}", "<Properties/>", $"page-{number % pages}"))
        );

        var told = await Assert.ThrowsAsync<PermanentException>(async () =>
            _ = await Open(http).ListAsync("log/", Ct).ToListAsync(Ct)
        );

        Assert.Contains("lead back", told.Message, StringComparison.Ordinal);
        Assert.Equal(pages + 1, http.Asked.Count);
    }

    [Theory]
    [InlineData("BlobImmutableDueToPolicy", "Wed, 02 Dec 2026 12:30:00 GMT", false)]
    [InlineData("BlobImmutableDueToPolicy", null, false)]
    [InlineData("BlobImmutableDueToLegalHold", "Wed, 02 Dec 2026 12:30:00 GMT", true)]
    public async Task A_delete_that_a_policy_refuses_is_an_answer_with_its_date(string code, string? date, bool isHeld)
    {
        var http = new Canned(number =>
        {
            string body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>kept</Message></Error>";
            HttpResponseMessage answer =
                number == 1 ? Answer(HttpStatusCode.Conflict, body) : Answer(HttpStatusCode.OK, "");
            answer.Headers.TryAddWithoutValidation("x-ms-error-code", code);
            if (date is not null)
            {
                answer.Headers.TryAddWithoutValidation("x-ms-immutability-policy-until-date", date);
            }

            answer.Headers.TryAddWithoutValidation("x-ms-legal-hold", isHeld ? "true" : "false");
            return answer;
        });

        BlobDeletion deletion = await Open(http).TryDeleteAsync("packs/ab/one", Ct);

        Assert.Equal((false, true), (deletion.IsGone, deletion.WasThere));
        Assert.Equal(
            date is null || isHeld ? null : new DateTimeOffset(2026, 12, 2, 12, 30, 0, TimeSpan.Zero),
            deletion.Until
        );
    }

    [Fact]
    public async Task Dates_of_protection_are_listed_and_moved_in_the_mode_that_they_have()
    {
        const string Date = "Wed, 02 Dec 2026 12:30:00 GMT";
        DateTimeOffset until = new(2026, 12, 2, 12, 30, 0, TimeSpan.Zero);
        var listing = new Canned(_ =>
            Answer(
                HttpStatusCode.OK,
                Listing(
                    "some/packs/ab/one",
                    $"<Properties><Content-Length>5</Content-Length><ImmutabilityPolicyUntilDate>{Date}</ImmutabilityPolicyUntilDate><ImmutabilityPolicyMode>locked</ImmutabilityPolicyMode></Properties>",
                    ""
                )
            )
        );
        BlobItem item = await Open(listing).ListKeptAsync("packs/", Ct).SingleAsync(Ct);
        Assert.Equal(until, item.KeptUntil);
        string asked = Assert.Single(listing.Asked).Query;
        Assert.Contains("immutabilitypolicy", asked, StringComparison.OrdinalIgnoreCase);

        var moving = new Canned(_ =>
        {
            HttpResponseMessage answer = Answer(HttpStatusCode.OK, "");
            answer.Headers.TryAddWithoutValidation("x-ms-immutability-policy-until-date", Date);
            answer.Headers.TryAddWithoutValidation("x-ms-immutability-policy-mode", "locked");
            return answer;
        });
        Assert.True(await Open(moving).TryKeepAsync("packs/ab/one", until.AddDays(30), Ct));
        Assert.Contains("comp=immutabilityPolicies", moving.Asked[1].Query, StringComparison.Ordinal);
        Assert.True(await Open(moving).TryKeepAsync("packs/ab/one", until, Ct));
        Assert.Equal(3, moving.Asked.Count);

        var refusing = new Canned(number =>
        {
            const string Error =
                "<?xml version=\"1.0\"?><Error><Code>AuthorizationFailure</Code><Message>no</Message></Error>";
            HttpResponseMessage answer =
                number == 1 ? Answer(HttpStatusCode.OK, "") : Answer(HttpStatusCode.Forbidden, Error);
            answer.Headers.TryAddWithoutValidation("x-ms-immutability-policy-until-date", Date);
            answer.Headers.TryAddWithoutValidation("x-ms-immutability-policy-mode", "locked");
            return answer;
        });
        Assert.False(await Open(refusing).TryKeepAsync("packs/ab/one", until.AddDays(30), Ct));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Conflict)]
    public async Task An_account_that_tells_no_dates_is_listed_without_them(HttpStatusCode refusal)
    {
        var http = new Canned(number =>
            number == 1
                ? Answer(refusal, "<?xml version=\"1.0\"?><Error><Code>FeatureNotSupported</Code></Error>")
                : Answer(HttpStatusCode.OK, Listing("some/packs/ab/one", "<Properties/>", ""))
        );

        BlobItem item = await Open(http).ListKeptAsync("packs/", Ct).SingleAsync(Ct);

        Assert.Equal(("packs/ab/one", null), (item.Name, item.KeptUntil));
        Assert.Equal(2, http.Asked.Count);
        var refusing = new Canned(_ =>
            Answer(refusal, "<?xml version=\"1.0\"?><Error><Code>FeatureNotSupported</Code></Error>")
        );
        await Assert.ThrowsAnyAsync<AbfException>(async () =>
            _ = await Open(refusing).ListKeptAsync("packs/", Ct).ToListAsync(Ct)
        );
        Assert.Equal(2, refusing.Asked.Count);
    }

    private static AzureBlobStore Open(Canned http) =>
        AzureBlobStore.Open(
            new AzureStoreOptions
            {
                Url = $"https://acme.blob.core.windows.net/c/some?{Signature}",
                MaxRetries = 0,
                Transport = new HttpClientTransport(http),
            }
        );

    private static HttpResponseMessage Answer(HttpStatusCode status, string body) =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, "application/xml") };

    private static string Listing(string name, string properties, string next) =>
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://acme.blob.core.windows.net/\" "
        + $"ContainerName=\"c\"><Blobs><Blob><Name>{name}</Name>{properties}</Blob></Blobs><NextMarker>{next}</NextMarker>"
        + "</EnumerationResults>";

    private sealed class Canned(Func<int, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<Uri> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Asked.Add(request.RequestUri!);
            HttpResponseMessage response = answer(Asked.Count);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }
}
