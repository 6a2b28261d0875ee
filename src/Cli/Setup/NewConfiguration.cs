using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>The text of the <c>abf.json</c> that a setup writes: what cannot be discovered, and nothing else.</summary>
internal sealed record NewConfiguration(
    FoundInstallation Found,
    string Repository,
    string? ConnectionStringFile,
    string PassphraseFile,
    string State
)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public byte[] ToBytes()
    {
        var installation = new JsonObject
        {
            ["name"] = Found.Options.Name,
            ["globalProperties"] = Found.Options.GlobalProperties,
        };
        if (Found.Options.Root is { } root)
        {
            installation["root"] = root;
        }

        if (Found.Options.Database.PasswordFile is { } password)
        {
            installation["database"] = new JsonObject { ["passwordFile"] = password };
        }

        installation["index"] = new JsonObject { ["kind"] = Found.IndexKind };
        var repository = new JsonObject { ["url"] = Repository };
        if (ConnectionStringFile is not null)
        {
            repository["connectionStringFile"] = ConnectionStringFile;
        }

        repository["passphraseFile"] = PassphraseFile;
        var file = new JsonObject
        {
            ["installation"] = installation,
            ["repository"] = repository,
            ["state"] = State,
        };
        return Encoding.UTF8.GetBytes(file.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n");
    }
}
