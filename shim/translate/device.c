#include "shim/translate/device.h"

#include <string.h>

#include "shim/translate/body.h"
#include "shim/translate/path.h"

static bool check(const Cri__Device *device, size_t index, struct err *err)
{
    if (!path_is_absolute(device->host_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.devices[%zu].host_path \"%s\" is not absolute", index,
                       device->host_path);
    if (!path_is_absolute(device->container_path))
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.devices[%zu].container_path \"%s\" is not absolute", index,
                       device->container_path);
    const char *permissions = device->permissions;
    if (permissions[0] == '\0' || permissions[strspn(permissions, "rwm")] != '\0')
        return err_set(err, CODE_INVALID_ARGUMENT,
                       "config.devices[%zu].permissions \"%s\" must be of the letters r, w and m",
                       index, permissions);
    return true;
}

static void add(json_t *host_config, const Cri__Device *device)
{
    json_t *entry = body_object();
    body_append(body_array_at(host_config, "Devices"), entry);
    body_set(entry, "PathOnHost", body_text(device->host_path));
    body_set(entry, "PathInContainer", body_text(device->container_path));
    body_set(entry, "CgroupPermissions", body_text(device->permissions));
}

/* One request for all of them, so that their edits of the container are merged once. */
static bool set_cdi(json_t *host_config, const Cri__ContainerConfig *config,
                    const struct engine *engine, struct err *err)
{
    enum { API_CDI = 144 };
    if (config->n_cdi_devices == 0)
        return true;
    if (engine->api_version < API_CDI)
        return err_set(err, CODE_FAILED_PRECONDITION,
                       "config.CDI_devices: CDI needs Docker Engine 25, this is %s",
                       engine->version);
    json_t *request = body_object();
    body_append(body_array_at(host_config, "DeviceRequests"), request);
    body_set(request, "Driver", body_text("cdi"));
    json_t *names = body_array_at(request, "DeviceIDs");
    for (size_t i = 0; i < config->n_cdi_devices; i++) {
        if (config->cdi_devices[i]->name[0] == '\0')
            return err_set(err, CODE_INVALID_ARGUMENT, "config.CDI_devices[%zu].name is not set",
                           i);
        body_append(names, body_text(config->cdi_devices[i]->name));
    }
    return true;
}

bool device_set(json_t *host_config, const Cri__ContainerConfig *config,
                const struct engine *engine, struct err *err)
{
    for (size_t i = 0; i < config->n_devices; i++) {
        if (!check(config->devices[i], i, err))
            return false;
        add(host_config, config->devices[i]);
    }
    return set_cdi(host_config, config, engine, err);
}
