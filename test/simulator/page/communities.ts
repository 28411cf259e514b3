/** Communities: made, ended, and their groups (WAWebGroupCommunityJob, WAWebMexFetchAllSubgroupsJob). */
import type { WireGroup } from '../wire.js';
import { knobs, never } from './boot-record.js';
import { chatSocket } from './chat-socket.js';
import { learnGroup } from './groups.js';
import { createWid, type Wid } from './wid.js';

interface Asked {
  parentGroupId: Wid;
  subgroupIds: Wid[];
}
interface Failed {
  jid: string;
  error: number;
}

const change = async (link: boolean, { parentGroupId, subgroupIds }: Asked) => {
  const failedGroups = (await chatSocket.request('community-groups', {
    ...{ community: String(parentGroupId), link, groups: subgroupIds.map(String) },
  })) as unknown as Failed[];
  return { failedGroups, failedParticipantJids: [] };
};

export const GroupCommunityJob = {
  async sendCreateCommunity({ name, desc }: { name: string; desc?: string }) {
    const args = { name, ...(desc === undefined ? {} : { desc }) };
    const wire = (await chatSocket.request('community-create', args)) as unknown as WireGroup;
    learnGroup(wire);
    return { wid: createWid(wire.id), subject: wire.subject, ts: wire.creation };
  },
  async sendDeactivateCommunity({ parentGroupId }: { parentGroupId: Wid }) {
    await chatSocket.request('community-delete', { community: String(parentGroupId) });
    return { parent_group_jid: String(parentGroupId) };
  },
  sendLinkSubgroups: (asked: Asked) => change(true, asked),
  sendUnlinkSubgroups: (asked: Asked) => change(false, asked),
};

export const MexFetchAllSubgroupsJob = {
  async mexFetchAllSubgroups(community: Wid) {
    if (knobs.mexFault === 'hangs') return never<never>();
    const all = await chatSocket.request('community-query', { community: String(community) });
    return (all as unknown as WireGroup[]).map(({ id, subject, announcements, approval }) => ({
      ...{ id: createWid(id), parentGroupId: community, subject },
      ...{ defaultSubgroup: announcements ?? false, membershipApprovalMode: approval ?? false },
    }));
  },
};
