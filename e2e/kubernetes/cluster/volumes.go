package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// The provisioner of the cluster's storage classes: a directory of the node for each claim, as a volume of type `local`.
// That type honours fsGroup; `hostPath`, which the controller manager could provision itself, does not.
const provisionerName = "cluster.murder.cyrus.dev/directory"

type directories struct {
	root string
	node string
}

func (d directories) Provision(_ context.Context, o controller.ProvisionOptions) (*core.PersistentVolume, controller.ProvisioningState, error) {
	path := filepath.Join(d.root, o.PVName)
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("provision %s: %w", o.PVName, err)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, fmt.Errorf("provision %s: %w", o.PVName, err)
	}
	hostname := core.NodeSelectorRequirement{Key: core.LabelHostname, Operator: core.NodeSelectorOpIn, Values: []string{d.node}}
	return &core.PersistentVolume{
		ObjectMeta: meta.ObjectMeta{Name: o.PVName},
		Spec: core.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *o.StorageClass.ReclaimPolicy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			Capacity:                      core.ResourceList{core.ResourceStorage: o.PVC.Spec.Resources.Requests[core.ResourceStorage]},
			PersistentVolumeSource:        core.PersistentVolumeSource{Local: &core.LocalVolumeSource{Path: path}},
			NodeAffinity: &core.VolumeNodeAffinity{Required: &core.NodeSelector{
				NodeSelectorTerms: []core.NodeSelectorTerm{{MatchExpressions: []core.NodeSelectorRequirement{hostname}}}}},
		},
	}, controller.ProvisioningFinished, nil
}

func (d directories) Delete(_ context.Context, volume *core.PersistentVolume) error {
	if volume.Spec.Local == nil || filepath.Dir(volume.Spec.Local.Path) != d.root {
		return fmt.Errorf("delete %s: no directory of %s", volume.Name, d.root)
	}
	return os.RemoveAll(volume.Spec.Local.Path)
}

// grow gives a claim the size that it asks for, as a resizer of a CSI driver would. A directory has no size to change.
func grow(ctx context.Context, client kubernetes.Interface, volumes listers.PersistentVolumeLister, claim *core.PersistentVolumeClaim) error {
	asked, has := claim.Spec.Resources.Requests[core.ResourceStorage], claim.Status.Capacity[core.ResourceStorage]
	if claim.Status.Phase != core.ClaimBound || asked.Cmp(has) <= 0 {
		return nil
	}
	volume, err := volumes.Get(claim.Spec.VolumeName)
	if err != nil {
		return err
	}
	if volume.Annotations["pv.kubernetes.io/provisioned-by"] != provisionerName {
		return nil
	}
	patch := func(field string, size resource.Quantity) []byte {
		return fmt.Appendf(nil, `{%q: {"capacity": {"storage": %q}}}`, field, size.String())
	}
	const merge = "application/merge-patch+json"
	if _, err = client.CoreV1().PersistentVolumes().Patch(ctx, volume.Name, merge, patch("spec", asked), meta.PatchOptions{}); err != nil {
		return fmt.Errorf("grow %s: %w", volume.Name, err)
	}
	_, err = client.CoreV1().PersistentVolumeClaims(claim.Namespace).Patch(ctx, claim.Name, merge, patch("status", asked), meta.PatchOptions{}, "status")
	return err
}

func provisionVolumes() error {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	root := flag.String("root", "", "where the directories are made")
	node := flag.String("node", "", "the node that they are on")
	flag.Parse()
	if *kubeconfig == "" || *root == "" || *node == "" {
		return errors.New("--kubeconfig, --root and --node are needed")
	}
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	ctx := context.Background()
	// The resynchronisation retries what failed.
	shared := informers.NewSharedInformerFactory(client, 15*time.Second)
	claims, volumes := shared.Core().V1().PersistentVolumeClaims().Informer(), shared.Core().V1().PersistentVolumes()
	volumes.Informer()
	see := func(object any) {
		claim := object.(*core.PersistentVolumeClaim)
		if err := grow(ctx, client, volumes.Lister(), claim); err != nil {
			klog.ErrorS(err, "a claim keeps its size until the next try", "claim", klog.KObj(claim))
		}
	}
	if _, err = claims.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    see,
		UpdateFunc: func(_, now any) { see(now) },
	}); err != nil {
		return err
	}
	shared.Start(ctx.Done())
	controller.NewProvisionController(ctx, client, provisionerName, directories{*root, *node},
		controller.LeaderElection(false)).Run(ctx)
	return errors.New("the provisioner has ended")
}
