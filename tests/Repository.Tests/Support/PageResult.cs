using System.Text.Json.Serialization;

namespace AlfrescoBackupFlows.Repository.Tests;

internal sealed record PageResult(string Who, ContentRef Content);

[JsonSerializable(typeof(PageResult))]
internal sealed partial class TestJson : JsonSerializerContext;
