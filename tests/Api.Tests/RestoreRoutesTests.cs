using AlfrescoBackupFlows.Api.Tests.Rig;

namespace AlfrescoBackupFlows.Api.Tests;

public sealed class RestoreRoutesTests
{
    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("a\\\\b")]
    [InlineData("/etc")]
    [InlineData("C:x")]
    [InlineData(".hidden")]
    [InlineData("x.")]
    [InlineData("")]
    [InlineData("a\\u0000b")]
    [InlineData("a\\n")]
    public async Task A_target_that_would_leave_the_directory_is_refused(string target)
    {
        await using ApiRig api = await ApiRig.StartAsync(rig =>
            rig.Options.Restore.Directory = Path.Combine(rig.Directory, "restored")
        );

        (await api.PostAsync("/api/restores", $$"""{"target":"{{target}}"}""")).AssertProblem(400, "invalid-request");
        Assert.Equal(0, api.Flows.Count);
    }

    [Fact]
    [Trait("needs", "linux")]
    public async Task A_target_that_is_a_link_to_another_place_is_refused()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig =>
            rig.Options.Restore.Directory = Path.Combine(rig.Directory, "restored")
        );
        Directory.CreateDirectory(api.Options.Restore.Directory!);
        Directory.CreateSymbolicLink(Path.Combine(api.Options.Restore.Directory!, "elsewhere"), api.Directory);
        File.CreateSymbolicLink(Path.Combine(api.Options.Restore.Directory!, "dangling"), "/nowhere/at/all");

        (await api.PostAsync("/api/restores", """{"target":"elsewhere"}""")).AssertProblem(400, "invalid-request");
        (await api.PostAsync("/api/restores", """{"target":"dangling"}""")).AssertProblem(400, "invalid-request");
    }

    [Fact]
    public async Task Without_its_settings_nothing_is_restored()
    {
        await using ApiRig off = await ApiRig.StartAsync();
        (await off.PostAsync("/api/restores", """{"target":"x"}""")).AssertProblem(403, "not-configured");

        await using ApiRig files = await ApiRig.StartAsync(rig =>
            rig.Options.Restore.Directory = Path.Combine(rig.Directory, "restored")
        );
        (await files.PostAsync("/api/restores", """{"target":"x","database":true}""")).AssertProblem(
            403,
            "not-configured"
        );
        (await files.PostAsync("/api/restores", """{"target":"x"}""")).AssertProblem(404, "not-found");
    }
}
