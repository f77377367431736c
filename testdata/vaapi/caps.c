// What the test driver says that it can.
#include <stdlib.h>
#include <string.h>
#include "driver.h"

// Constrained baseline has no CABAC, whose macroblocks this driver does not write; main leaves that to the caller.
static VAProfile profile_offered(void)
{
	const char *v = getenv("FGVA_PROFILE");
	return v && !strcmp(v, "main") ? VAProfileH264Main : VAProfileH264ConstrainedBaseline;
}

int fgva_encodes(VAProfile p)
{
	if (fgva_env("FGVA_NO_ENCODE", 0))
		return 0;
	if (p == VAProfileHEVCMain || p == VAProfileHEVCMain10)
		return fgva_env("FGVA_HEVC", 10) >= (p == VAProfileHEVCMain ? 8 : 10);
	return p == profile_offered();
}

VAStatus fgva_profiles(VADriverContextP ctx, VAProfile *list, int *n)
{
	const VAProfile all[] = {profile_offered(), VAProfileHEVCMain, VAProfileHEVCMain10};
	*n = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (fgva_encodes(all[i]))
			list[(*n)++] = all[i];
	if (!fgva_env("FGVA_NO_VPP", 0))
		list[(*n)++] = VAProfileNone;
	return VA_STATUS_SUCCESS;
}

VAStatus fgva_entrypoints(VADriverContextP ctx, VAProfile profile, VAEntrypoint *list, int *n)
{
	*n = 1;
	*list = profile == VAProfileNone ? VAEntrypointVideoProc
		: fgva_env("FGVA_LOW_POWER", 0) ? VAEntrypointEncSliceLP
						: VAEntrypointEncSlice;
	return VA_STATUS_SUCCESS;
}

static unsigned rate_control(void)
{
	static const struct {
		const char *name;
		unsigned mode;
	} modes[] = {{"cqp", VA_RC_CQP}, {"cbr", VA_RC_CBR}, {"qvbr", VA_RC_QVBR}, {"icq", VA_RC_ICQ}};
	const char *v = getenv("FGVA_RC");
	unsigned all = 0;
	if (!v)
		return VA_RC_CQP | VA_RC_CBR | VA_RC_VBR;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strstr(v, modes[i].name))
			all |= modes[i].mode;
	for (const char *p = v; (p = strstr(p, "vbr")); p++)
		if (p == v || p[-1] == ',')
			all |= VA_RC_VBR;
	return all;
}

static unsigned attribute(VAProfile profile, VAConfigAttribType type)
{
	int hevc = profile == VAProfileHEVCMain || profile == VAProfileHEVCMain10;
	if (type == VAConfigAttribRTFormat)
		return profile == VAProfileHEVCMain10 ? VA_RT_FORMAT_YUV420_10
						      : VA_RT_FORMAT_YUV420 | (profile == VAProfileNone ? VA_RT_FORMAT_YUV420_10 : 0);
	if (profile == VAProfileNone)
		return VA_ATTRIB_NOT_SUPPORTED;
	switch ((int)type) {
	case VAConfigAttribRateControl:
		return rate_control();
	case VAConfigAttribEncPackedHeaders:
		if (hevc || fgva_env("FGVA_NO_HEADERS", 0))
			break;
		if (fgva_env("FGVA_OWN_HEADERS", 0))
			return VA_ENC_PACKED_HEADER_SEQUENCE;
		return VA_ENC_PACKED_HEADER_SEQUENCE | VA_ENC_PACKED_HEADER_PICTURE | VA_ENC_PACKED_HEADER_SLICE |
		       VA_ENC_PACKED_HEADER_MISC | VA_ENC_PACKED_HEADER_RAW_DATA;
	case VAConfigAttribEncMaxRefFrames:
		return 1 | (fgva_env("FGVA_NO_B", 0) ? 0 : 1 << 16); // one each in both lists
	case VAConfigAttribEncMaxSlices:
		return 32;
	case VAConfigAttribEncHEVCFeatures:
		return hevc ? 0 : VA_ATTRIB_NOT_SUPPORTED;
	case VAConfigAttribEncHEVCBlockSizes: {
		VAConfigAttribValEncHEVCBlockSizes sizes = {.bits = {.log2_max_coding_tree_block_size_minus3 = 1,
								     .log2_min_coding_tree_block_size_minus3 = 1,
								     .log2_min_luma_coding_block_size_minus3 = 1,
								     .log2_max_luma_transform_block_size_minus2 = 2}};
		return hevc ? sizes.value : VA_ATTRIB_NOT_SUPPORTED;
	}
	}
	return VA_ATTRIB_NOT_SUPPORTED;
}

VAStatus fgva_attributes(VADriverContextP ctx, VAProfile profile, VAEntrypoint entry, VAConfigAttrib *a, int n)
{
	for (int i = 0; i < n; i++)
		a[i].value = attribute(profile, a[i].type);
	return VA_STATUS_SUCCESS;
}
