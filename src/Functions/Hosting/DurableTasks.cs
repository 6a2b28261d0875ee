using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Tasks;
using Azure.Core.Serialization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>Puts the flows and activities onto Durable Functions: each becomes a function by itself.</summary>
internal static class DurableTasks
{
    public static void UseBackupTasks(this FunctionsApplicationBuilder builder)
    {
        builder.UseMiddleware<ActivityMiddleware>();
        builder.ConfigureDurableWorker().AddTasks(BackupTasks.Register);
        builder.Services.AddSingleton<IExceptionPropertiesProvider, FailureProperties>();
        builder.Services.Configure<WorkerOptions>(options =>
            options.Serializer = new JsonObjectSerializer(Json(BackupTasks.Converter))
        );
    }

    /// <summary>
    /// What the flows write is written as on every host; what the Functions host itself sends is read by its shape.
    /// </summary>
    internal static JsonSerializerOptions Json(FlowConverter converter) =>
        new(converter.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(
                converter.Options.TypeInfoResolver,
                new DefaultJsonTypeInfoResolver()
            ),
        };
}
