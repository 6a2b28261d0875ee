using System.Text.Json.Serialization;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Tests.Support;

internal sealed record PageResult(string Who, ContentRef Content);

[JsonSerializable(typeof(PageResult))]
internal sealed partial class TestJson : JsonSerializerContext;
