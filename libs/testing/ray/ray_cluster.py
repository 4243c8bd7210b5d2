"""A real Ray cluster whose nodes are on this machine, each with a loopback address of its own.

Its argument is JSON: `nodes` (a list of `cores` and `gpus`, the head first), `network` (the first three numbers of their addresses),
`folder` (for all that Ray writes: a short path, as sockets lie in it) and `hasJobs` (whether `ray job submit` works). It prints a line of
JSON with the addresses, then reads lines: `remove NUMBER` takes a node away as a power cut would. All ends with its input.
"""

import json
import sys

from ray.cluster_utils import Cluster

# The least that Ray takes.
OBJECT_STORE_BYTES = 80 * 2**20


def main():
    wanted = json.loads(sys.argv[1])
    output = sys.stdout
    sys.stdout = sys.stderr
    cluster = Cluster()
    try:
        nodes = []
        for index, node in enumerate(wanted['nodes']):
            # Ray takes 127.0.0.1 for the machine's address in its network.
            address = f'{wanted["network"]}.{index + 2}'
            head = {'temp_dir': wanted['folder'], 'include_dashboard': wanted['hasJobs'], 'dashboard_host': address} if index == 0 else {}
            nodes.append(cluster.add_node(
                num_cpus=node['cores'], num_gpus=node['gpus'], node_ip_address=address, object_store_memory=OBJECT_STORE_BYTES, **head))
        head_address = cluster.head_node.address_info
        dashboard = f'http://{head_address["webui_url"]}' if wanted['hasJobs'] else None
        print(json.dumps({
            'address': cluster.address, 'dashboard': dashboard, 'hosts': [node.node_ip_address for node in nodes],
        }), file=output, flush=True)
        for line in sys.stdin:
            word, number = line.split()
            if word == 'remove':
                cluster.remove_node(nodes[int(number)], allow_graceful=False)
            print(json.dumps({'done': word}), file=output, flush=True)
    finally:
        cluster.shutdown()


main()
