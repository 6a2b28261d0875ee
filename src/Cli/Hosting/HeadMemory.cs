using System.Text.Json;
using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>Remembers the head of a repository's log in the state directory: a log that was cut or forked since then is refused.</summary>
internal sealed class HeadMemory(string state, string repository)
{
    private readonly string _path = Path.Combine(state, "heads", repository + ".json");

    /// <summary>Null: this machine sees the repository for the first time.</summary>
    public RememberedHead? Read()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(_path), HeadJson.Default.RememberedHead);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new PermanentException(ErrorKind.Configuration, $"state: {_path} is damaged: look whether the repository's sets are as they should be, then delete it", e);
        }
    }

    public void Write(RememberedHead head)
    {
        if (Read() == head)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string temporary = $"{_path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(head, HeadJson.Default.RememberedHead));
        File.Move(temporary, _path, overwrite: true);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RememberedHead))]
internal sealed partial class HeadJson : JsonSerializerContext;
