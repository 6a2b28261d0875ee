using AlfrescoBackupFlows.Functions.Hosting;
using AlfrescoBackupFlows.Testing;
using CliWrap;
using CliWrap.Buffered;
using Xunit;

namespace AlfrescoBackupFlows.Functions.Tests;

/// <summary>
/// What the app says on its error output, which the Functions host shows, before it ends because there is no repository.
/// </summary>
public sealed class StartUpTests : IDisposable
{
    private const string Zone = "Pacific/Chatham";
    private const string AboutZone = "ABF__SCHEDULE is read in the zone ";
    private const string AboutName = "WEBSITE_HOSTNAME is not set";

    private readonly TempDirectory _directory = new();
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_zone_in_WEBSITE_TIME_ZONE_alone_and_a_missing_host_name_are_said()
    {
        string said = await StartAsync(
            ("WEBSITE_TIME_ZONE", Zone),
            ("TZ", null),
            ("WEBSITE_HOSTNAME", null),
            ("WEBSITE_SITE_NAME", null)
        );

        Assert.Contains($"set TZ (on Windows WEBSITE_TIME_ZONE) to {Zone}", said);
        Assert.Contains(AboutName, said);
    }

    [Theory]
    [InlineData("WEBSITE_HOSTNAME", "localhost:8080")]
    [InlineData("WEBSITE_SITE_NAME", "backup")]
    public async Task A_zone_in_TZ_and_a_host_name_leave_nothing_to_say(string name, string value)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the zone of a process on Windows is the machine's");

        string said = await StartAsync(
            ("TZ", Zone),
            ("WEBSITE_HOSTNAME", null),
            ("WEBSITE_SITE_NAME", null),
            (name, value)
        );

        Assert.DoesNotContain(AboutZone, said);
        Assert.DoesNotContain(AboutName, said);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<string> StartAsync(params (string Name, string? Value)[] variables)
    {
        BufferedCommandResult ended = await Cli.Wrap("dotnet")
            .WithArguments(typeof(DurableTasks).Assembly.Location)
            .WithEnvironmentVariables(environment =>
            {
                environment
                    .Set("ABF__INSTALLATION__NAME", "sample")
                    .Set("ABF__INSTALLATION__TIMEZONE", Zone)
                    .Set("ABF__REPOSITORY__URL", new Uri(_directory.Combine("blobs")).AbsoluteUri)
                    .Set("ABF__REPOSITORY__ENCRYPTION", "none")
                    .Set("ABF__STATE", _directory.Combine("state"));
                foreach ((string name, string? value) in variables)
                {
                    environment.Set(name, value);
                }
            })
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(_token);
        string said = ended.StandardError;
        Assert.True(ended.ExitCode == 1 && said.Contains("repository.url: ", StringComparison.Ordinal), said);
        return said;
    }
}
